"""Eight syncs and four operators at once, on the emulator's DynamoDB, S3, SSM and KeyValueStore.

Conflicts are real there: of the table's transactions, of the store's ETag, of S3's conditional puts. That every order
of such calls is right is what tests/explore shows; here is to be seen that real conflicts are of the kinds it knows.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.aws.config_table import make_config_table
from tests.support.release.registrations import registration_text, rest_api

from gray.edge.config import stamped
from gray.history.revision import Conflict, NotPossible
from gray.lanes.lane_table import ADOPTED, Lane
from gray.lanes.registration import Registration
from gray.publish.control_plane import ControlPlane
from gray.publish.publisher import Publisher, PublishRequest
from gray.publish.records.current import Published
from gray.publish.repair.drift import check_drift
from gray.release.document import Release
from graylocal.stack import LocalStack
from graylocal.system.places import REGION
from sync.services import Services
from sync.settings import Settings

pytestmark = [pytest.mark.own_stack, pytest.mark.needs_no_build]

ROUNDS = int(os.environ.get("GRAYLANE_ROUNDS", "60"))  # 200 in the night
SYNCS, OPERATORS = 8, 4
PREFIX, TABLE, BUCKET = "/gray/race", "graylane-race-config", "graylane-race-edge-config"
RULES = [{"id": f"r{n}", "lane": "v2", "when": {"path": f"/quite/far/below/somewhere/{n}/*"}} for n in range(22)]


class StackServices(Services):
    """The sync functions' services, on the clients of a local stack."""

    def __init__(self, stack: LocalStack, store: str) -> None:
        super().__init__(_settings(store))
        self.dynamodb = stack.client("dynamodb")
        self.s3 = stack.client("s3")
        self.ssm = stack.client("ssm")
        self.secrets = stack.client("secretsmanager")
        self._store_client = stack.client("cloudfront-keyvaluestore")

    def control_plane(self) -> ControlPlane:
        """As in the functions, without lanes to ask and people to tell."""
        plane = super().control_plane()
        return replace(
            plane,
            lanes=replace(plane.lanes, preflight=lambda lane, whole: "", switch=lambda lane, own: None),
            notices=replace(plane.notices, announce=lambda detail: None, warn=lambda subject, text: None),
        )


def _settings(store: str) -> Settings:
    names = {name: "unused" for name in Settings.__dataclass_fields__}
    values: dict[str, Any] = {
        **names,
        "environment": "race",
        "region": REGION,
        "table": TABLE,
        "edge_config_bucket": BUCKET,
        "store_arn": store,
        "edge_keys_secret": "race/edge-keys",
        "prefix": PREFIX,
        "drift_seconds": 3600,
        "origin_api_keys": ("key1",),
    }
    return Settings(**values)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackServices]:
    state: Path = tmp_path_factory.mktemp("race")
    with LocalStack("test", state=state) as stack:
        store = stack.client("cloudfront").create_key_value_store(Name="graylane-race-edge")["KeyValueStore"]["ARN"]
        services = StackServices(stack, store)
        make_config_table(services.dynamodb, TABLE)
        services.s3.create_bucket(Bucket=BUCKET)
        keys = {"identity": "", "newest": "a", "a": "A" * 43}
        services.secrets.create_secret(Name="race/edge-keys", SecretString=json.dumps(keys))
        text = registration_text("v2", rest_api("v2", "api2"))
        services.ssm.put_parameter(Name=f"{PREFIX}/lanes/v2", Value=text, Type="String", Overwrite=True)
        plane = services.control_plane()
        origins = Registration.parse("v2", text).origins
        plane.lanes.table.put(Lane("v2", ADOPTED, origins, keys=plane.lanes.keys))
        plane.history.revisions.save(_release(0, False), author="anna", reason="first", via="cli", base=None)
        yield services


def _release(percent: int, big: bool) -> Release:
    rules = [*(RULES if big else []), {"id": "ramp", "lane": "v2", "percent": percent}]
    return Release.model_validate({"salt": "8f3kq1zt", "lanes": ["v2"], "rules": rules})


def _operate(services: StackServices, dice: random.Random) -> str:
    """One operator's command; a conflict is an answer like any other."""
    revisions = services.control_plane().history.revisions
    who: dict[str, Any] = {"author": "anna", "reason": "race", "via": "cli"}
    base = revisions.head()
    command = dice.choice(["save", "save", "save", "kill", "resume", "undo"])
    try:
        match command:
            case "save":
                revisions.save(_release(dice.randrange(101), dice.random() < 0.5), base=base, **who)
            case "kill":
                revisions.kill(**who)
            case "resume":
                revisions.resume(base=base, **who)
            case "undo":
                revisions.undo(base=base, **who)
    except Conflict:
        return "conflict"
    except NotPossible:
        return "not possible"
    return command


def _sync(services: StackServices, by_hand: bool) -> str:
    publisher = Publisher(services.control_plane())
    if by_hand:
        return publisher.publish(PublishRequest("manual", person="anna", force=True)).status
    record = publisher.run_if_due(PublishRequest("stream"), check_lanes=False).record
    return record.status if record else "idle"


@pytest.mark.timeout(1200)
def test_the_last_head_wins_and_history_has_no_hole(services: StackServices) -> None:
    seen: Counter[str] = Counter()
    with ThreadPoolExecutor(SYNCS + OPERATORS) as pool:
        for number in range(ROUNDS):
            dice = random.Random(number)
            work = [pool.submit(_operate, services, random.Random(dice.random())) for _ in range(OPERATORS)]
            work += [pool.submit(_sync, services, at == 0) for at in range(SYNCS)]
            seen.update(done.result() for done in work)
            if number % 20 == 0:
                _check(services)
    _check(services)
    assert seen["conflict"]
    assert seen["superseded"] or ROUNDS < 20
    print(dict(seen))  # noqa: T201 - shown with -s: how hard it was


def _check(services: StackServices) -> None:
    """What the next run of the schedule leaves."""
    plane = services.control_plane()
    Publisher(plane).run_if_due(PublishRequest("scheduled"), check_lanes=False)
    head = plane.history.revisions.head()
    there = stamped(plane.edge.store().get("config"))
    current = Published.parse(plane.parameters().current)
    assert head
    assert there
    assert current
    assert (there.revision, there.epoch, there.state) == (head.revision, head.epoch, head.state)
    assert (current.revision, current.epoch, current.state) == (head.revision, head.epoch, head.state)
    assert check_drift(plane, every=0, repair=False) == []
    history = plane.history.revisions.history(10_000)
    assert [revision.number for revision in history] == list(range(head.revision, 0, -1))
    epochs = [revision.epoch for revision in history]
    assert epochs == sorted(epochs, reverse=True)
    assert [revision.parent for revision in history] == [revision.number - 1 for revision in history]
