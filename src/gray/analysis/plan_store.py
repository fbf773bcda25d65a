"""The plan's state and the trials in the config table: pk `plan`, sk 0 the state, sk n the trial of lane vn.

The state is written by the scheduled sync and by operators, a trial by the watch function only, so the writers of
different items never meet; two writers of the state are kept apart by its version.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gray.analysis.trial import Trial
from gray.dynamodb_values import Plain, from_item, known_values, readable_of_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gray.analysis.ramp_plan import PlanState

# A version that is no number is nobody's: somebody wrote it by hand.
_UNMOVED = "attribute_not_exists(version) OR version = :version OR NOT attribute_type(version, :n)"

__all__ = ["PlanMoved", "Plans", "Trials"]


class PlanMoved(Exception):
    """When somebody else wrote the plan's state since it was read. Nothing was written."""


class Trials:
    """The trials of one environment."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, lane: str) -> Trial | None:
        """The lane's trial; None when it is missing or another version of this code wrote it: a new trial can begin
        at any time."""
        answer = self._client.get_item(TableName=self._table, Key=_key(_number(lane)), ConsistentRead=True)
        if "Item" not in answer:
            return None
        try:
            return Trial.from_json(str(from_item(answer["Item"])["trial"]))
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, trial: Trial) -> None:
        """Keeps the trial, over the lane's former one."""
        item: dict[str, Plain] = {"pk": "plan", "sk": _number(trial.lane), "lane": trial.lane, "trial": trial.to_json()}
        self._client.put_item(TableName=self._table, Item=to_item(item))


class Plans:
    """The state of the plan of one environment."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, salt: str) -> "PlanState":
        """The state of the plan of the release with this salt; a fresh one when the kept one is another release's."""
        from gray.analysis.ramp_plan import PlanState

        answer = self._client.get_item(TableName=self._table, Key=_key(0), ConsistentRead=True)
        if "Item" not in answer:
            return PlanState(salt)
        state = _state_of(answer["Item"])
        return state if state.salt == salt else PlanState(salt, version=state.version)

    def put(self, state: "PlanState") -> "PlanState":
        """Keeps the state and returns it with its new version. Raises PlanMoved."""
        after = replace(state, version=state.version + 1)
        values: dict[str, Plain] = {"pk": "plan", "sk": 0, **vars(after), "percent": str(after.percent)}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item(values),
                ConditionExpression=_UNMOVED,
                ExpressionAttributeValues={":version": {"N": str(state.version)}, ":n": {"S": "N"}},
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise PlanMoved("somebody else changed the plan's state; look again") from error
        return after

    def pause(self, salt: str) -> "PlanState":
        """No steps until `resume`. Withdrawals go on."""
        return self._change(salt, lambda state: replace(state, paused=True))

    def resume(self, salt: str) -> "PlanState":
        """Steps go on; the present step's time has been running."""
        return self._change(salt, lambda state: replace(state, paused=False))

    def skip(self, salt: str) -> "PlanState":
        """The next step is taken at the next run, however early and with however few requests."""
        return self._change(salt, lambda state: replace(state, skip=True))

    def _change(self, salt: str, change: "Callable[[PlanState], PlanState]") -> "PlanState":
        for _ in range(5):
            try:
                return self.put(change(self.get(salt)))
            except PlanMoved:
                continue
        raise PlanMoved("somebody else keeps changing the plan's state")


def _key(number: int) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "plan"}, "sk": {"N": str(number)}}


def _number(lane: str) -> int:
    return int(lane.removeprefix("v"))


def _state_of(item: Mapping[str, Any]) -> "PlanState":
    """The state from its item as DynamoDB gives it; what is missing, or of another type, as at the plan's beginning.

    Paused, where that cannot be read: steps wait for a person then, and not a person for steps.
    """
    from gray.analysis.ramp_plan import PlanState

    bare = PlanState("", paused=True)
    known = known_values(item, bare)
    with suppress(ArithmeticError):
        percent = Decimal(str(readable_of_item(item).get("percent", "")))
        known["percent"] = percent if percent.is_finite() else bare.percent
    return replace(bare, **known)
