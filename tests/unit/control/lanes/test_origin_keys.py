"""The origin's key is changed for another: no lane refuses a request meanwhile."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.aws.memory_aws import (
    client_error,
)
from tests.unit.control.lanes.account import KEYS, V2, Account, parameters_of

from gray.lanes.adoption import steps
from gray.lanes.lane_table import WITHDRAWN


def test_the_lanes_api_takes_both_keys_while_one_is_changed_for_the_other(account: Account) -> None:
    before = account.reconcile(V2)["v2"]

    account.use(("originkey", "second"))
    both = account.reconcile(V2)["v2"]

    assert account.api.keys == {("planapi2", "originkey"), ("planapi2", "second")}
    assert both == replace(before, keys=("originkey", "second"))

    account.api.keys.discard(("planapi2", "originkey"))  # a key that is deleted goes from every plan
    account.use(("second",))
    assert account.reconcile(V2)["v2"].keys == ("second",)
    assert account.api.keys == {("planapi2", "second")}


def test_which_of_the_two_is_sent_changes_nothing_at_a_lane(account: Account) -> None:
    account.use(("originkey", "second"))
    lanes = account.reconcile(V2)

    assert steps(parameters_of(V2), lanes, ("second", "originkey")) == []


def test_a_record_that_names_no_key_is_completed(account: Account) -> None:
    """As an earlier version has written it."""
    account.reconcile(V2)
    account.table.put(replace(account.table.all()["v2"], keys=()))

    assert account.reconcile(V2)["v2"].keys == KEYS


def test_another_key_does_not_readmit_a_lane_that_was_withdrawn(account: Account) -> None:
    account.reconcile(V2)
    withdrawn = replace(account.table.all()["v2"], status=WITHDRAWN, failures=3, why="it burns")
    account.table.put(withdrawn)
    account.use(("originkey", "second"))

    assert account.reconcile(V2)["v2"] == replace(withdrawn, keys=("originkey", "second"))


def test_a_key_that_is_just_going_does_not_stop_the_run(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of before the deployment still knows the key that the deployment has deleted."""
    before = account.reconcile(V2)["v2"]
    account.use(("gone", "originkey"))

    def refuse(**given: Any) -> None:
        raise client_error("apigateway", "NotFoundException", 404)

    monkeypatch.setattr(account.api, "create_usage_plan_key", refuse)

    assert account.reconcile(V2)["v2"] == before
