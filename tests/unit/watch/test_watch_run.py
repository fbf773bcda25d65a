"""One run of the watch function after another, on recorded metrics."""

import json
from typing import Any

import pytest

from gray.analysis.plan_store import Trials
from gray.analysis.trial import Limits
from watch.run import watch
from watch.settings import Settings

TABLE = "graylane-test-config"
SETTINGS = Settings("test", TABLE, Limits())
BEGIN = 1_800_000_000


class Site:
    """A released lane, its traffic, and the watch function run once a minute."""

    def __init__(self, cloudwatch: Any, dynamodb: Any) -> None:
        self.cloudwatch = cloudwatch
        self.dynamodb = dynamodb
        self.now = BEGIN

    def release(self, *, percent: float = 10, epoch: int = 1, state: str = "active", **more: Any) -> None:
        document = {"salt": "s1", "lanes": ["v2"], "rules": [{"id": "ramp", "lane": "v2", "percent": percent}]} | more
        item = {"pk": {"S": "head"}, "sk": {"N": "0"}, "revision": {"N": "1"}, "epoch": {"N": str(epoch)}}
        self.dynamodb.put_item(TableName=TABLE, Item=item | {"state": {"S": state}})
        revision = {"pk": {"S": "revision"}, "sk": {"N": "1"}, "epoch": {"N": str(epoch)}, "state": {"S": state}}
        self.dynamodb.put_item(TableName=TABLE, Item=revision | {"release": {"S": json.dumps(document)}})

    def minute(
        self,
        *,
        stable: tuple[int, int] = (900, 4),
        gray: tuple[int, int] = (100, 0),
        slower: float = 1.0,
        source: str = "api",
    ) -> dict[str, float]:
        """A minute of traffic (requests and errors of each lane), then a run."""
        for lane, (requests, errors), factor in (("v1", stable, 1.0), ("v2", gray, slower)):
            latencies = [factor * (20 + 80 * (n % 100) / 100) for n in range(requests)]
            if source == "api":
                dimensions, names, space = (
                    {"ApiName": f"graylane-test-api-{lane}", "Stage": "live"},
                    ("Count", "5XXError"),
                    "AWS/ApiGateway",
                )
            else:
                dimensions = {"environment": "test", "lane": lane, "service": "api"}
                names, space = ("Requests", "Errors"), "Graylane"
            self.cloudwatch.record(space, names[0], dimensions, self.now, [1.0] * requests)
            self.cloudwatch.record(space, names[1], dimensions, self.now, [1.0] * errors)
            self.cloudwatch.record(space, "Latency", dimensions, self.now, latencies)
        self.now += 60
        return self.run()

    def run(self) -> dict[str, float]:
        return watch(self.cloudwatch, self.dynamodb, SETTINGS, self.now)


@pytest.fixture
def site(cloudwatch: Any, dynamodb: Any) -> Site:
    return Site(cloudwatch, dynamodb)


def minutes_until(site: Site, metric: str, most: int = 60, **traffic: Any) -> int | None:
    for minute in range(1, most + 1):
        site.minute(**traffic)
        if site.cloudwatch.last(metric, "v2"):
            return minute
    return None


@pytest.mark.parametrize("source", ["api", "lane"])
def test_a_lane_that_fails_a_fifth_is_found_within_minutes(site: Site, source: str) -> None:
    site.release()
    # Two minutes until metrics settle and one for the trial to begin on a whole minute are in this.
    assert (minutes_until(site, "GrayWorseErrors", gray=(100, 20), source=source) or 99) <= 6
    assert site.cloudwatch.last("GrayWorseLatency", "v2") == 0
    assert site.cloudwatch.last("ErrorRate", "v2") == pytest.approx(20)


def test_a_lane_that_crashes_on_import_is_found_though_it_writes_no_metric(site: Site) -> None:
    site.release()
    assert (minutes_until(site, "GrayWorseErrors", gray=(100, 100)) or 99) <= 5


def test_a_slow_lane_is_found(site: Site) -> None:
    site.release()
    assert (minutes_until(site, "GrayWorseLatency", slower=1.3) or 99) <= 15
    assert site.cloudwatch.last("GrayWorseErrors", "v2") == 0


@pytest.mark.parametrize("outage", [{"stable": (900, 600)}, {"stable": (900, 600), "gray": (100, 65)}])
def test_an_outage_of_stable_or_of_both_raises_nothing(site: Site, outage: dict[str, Any]) -> None:
    site.release()
    for _ in range(5):
        site.minute()
    assert minutes_until(site, "GrayWorseErrors", 20, **outage) is None


def test_a_good_lane_gives_rates_shares_and_evidence_against_being_worse(site: Site) -> None:
    site.release(percent=10)
    for _ in range(12):
        site.minute()
    last = site.cloudwatch.last
    assert last("Share", "v2") == pytest.approx(10)
    assert (last("ShareAsked", "v2"), last("ShareMismatch", "v2")) == (10, 0)
    assert last("ErrorRate", "v1") == pytest.approx(100 * 4 / 900)
    assert last("LatencyP95", "v2") == pytest.approx(95.2, abs=1)
    assert (last("EvidenceErrors", "v2") or 0) < 0
    assert last("WatchRuns") == 1


def test_a_share_that_does_not_fit_is_told(site: Site) -> None:
    site.release(percent=50)
    assert minutes_until(site, "ShareMismatch", gray=(10, 0)) is not None


def test_a_kill_brings_the_alarm_back_and_a_resume_begins_a_new_trial(site: Site) -> None:
    site.release()
    assert minutes_until(site, "GrayWorseErrors", gray=(100, 30)) is not None
    site.release(state="killed", epoch=2)
    site.minute(gray=(0, 0))
    assert site.cloudwatch.last("GrayWorseErrors", "v2") == 0
    site.release(state="active", epoch=3)
    assert minutes_until(site, "GrayWorseErrors", 20) is None


def test_a_missed_run_is_made_up_for_and_a_repeated_one_counts_nothing(site: Site) -> None:
    site.release()
    site.minute()
    site.run()
    for _ in range(3):
        site.minute()
    trial = Trials(site.dynamodb, TABLE).get("v2")
    assert trial is not None
    site.run()
    assert Trials(site.dynamodb, TABLE).get("v2") == trial
    site.now += 600
    site.run()
    after = Trials(site.dynamodb, TABLE).get("v2")
    assert after is not None
    assert after.gray_requests == 300
    assert after.end == site.now - 120


def test_without_a_release_stable_is_watched(site: Site) -> None:
    for _ in range(4):
        found = site.minute()
    assert found["LaneRequests.v1"] > 0
    assert "GrayWorseErrors.v2" not in found


def test_a_document_that_cannot_be_read_does_not_stop_the_watch(site: Site) -> None:
    site.release()
    site.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "revision"}, "sk": {"N": "1"}},
        UpdateExpression="SET #r = :t",
        ExpressionAttributeNames={"#r": "release"},
        ExpressionAttributeValues={":t": {"S": "{broken"}},
    )
    assert site.minute()["WatchRuns"] == 1


def test_settings_name_what_is_wrong() -> None:
    with pytest.raises(KeyError, match="GRAY_ENVIRONMENT"):
        Settings.read({})
    with pytest.raises(ValueError, match="WATCH_PERIOD_SECONDS must be a number, not 'soon'"):
        Settings.read({"GRAY_ENVIRONMENT": "test", "CONFIG_TABLE": TABLE, "WATCH_PERIOD_SECONDS": "soon"})


def test_settings_have_defaults() -> None:
    read = Settings.read({"GRAY_ENVIRONMENT": "test", "CONFIG_TABLE": TABLE, "WATCH_CLUSTER": "4"})
    assert read == Settings("test", TABLE, Limits(cluster=4.0))
