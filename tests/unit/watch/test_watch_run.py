"""One run of the watch function after another, on recorded metrics."""

import json
from typing import Any

import boto3
import pytest
from tests.support.release.registrations import registration_text, rest_api

from gray.analysis.plan_store import Trials
from gray.analysis.trial import Limits
from gray.lanes.metrics import Source
from watch.run import watch
from watch.settings import Settings

TABLE = "graylane-test-config"
SETTINGS = Settings("test", TABLE, "/gray/test", Limits())
BEGIN = 1_800_000_000


class Site:
    """A released lane, its traffic, and the watch function run once a minute."""

    def __init__(self, cloudwatch: Any, dynamodb: Any) -> None:
        self.cloudwatch = cloudwatch
        self.dynamodb = dynamodb
        self.ssm = boto3.client("ssm")
        self.now = BEGIN
        for lane in ("v1", "v2"):
            self.register(lane, rest_api(lane, lane))

    def register(self, lane: str, *origins: dict[str, Any]) -> None:
        text = registration_text(lane, *origins)
        self.ssm.put_parameter(Name=f"/gray/test/lanes/{lane}", Value=text, Type="String", Overwrite=True)

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
        """A minute of traffic (requests and errors of each lane), then a run. `source`: API Gateway, or the lane."""
        for lane, (requests, errors), factor in (("v1", stable, 1.0), ("v2", gray, slower)):
            latencies = [factor * (20 + 80 * (n % 100) / 100) for n in range(requests)]
            if source == "api":
                where = Source("AWS/ApiGateway", {"ApiName": f"api-{lane}", "Stage": "live"}, "Count", "5XXError")
            else:
                dimensions = {"environment": "test", "lane": lane, "service": "api"}
                where = Source("Graylane", dimensions, "Requests", "Errors")
            self.count(where, requests, errors, latencies)
        self.now += 60
        return self.run()

    def count(self, where: Source, requests: int, errors: int, latencies: list[float]) -> None:
        """Figures as the owning service writes them."""
        for metric, values in ((where.requests, [1.0] * requests), (where.errors, [1.0] * errors)):
            self.cloudwatch.record(where.namespace, metric, where.dimensions, self.now, values)
        self.cloudwatch.record(where.namespace, where.latency, where.dimensions, self.now, latencies)

    def run(self) -> dict[str, float]:
        return watch(self.cloudwatch, self.dynamodb, self.ssm, SETTINGS, self.now)


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


HTTP_API = {"id": "users", "kind": "http-api", "api": "http2", "stage": "$default", "health": "/", "guard": "none"}
URL = f"https://{'f' * 32}.lambda-url.us-east-1.on.aws/"
FUNCTION = {
    **{"id": "pages", "kind": "function-url", "url": URL, "function": "pages-v2"},
    **{"health": "/", "guard": "oac", "paths": ["/pages"]},
}
# As CloudWatch has them; written out, so that a mistake in the code does not confirm itself.
OF_HTTP_API = Source("AWS/ApiGateway", {"ApiId": "http2", "Stage": "$default"}, "Count", "5xx")
OF_FUNCTION = Source("AWS/Lambda", {"FunctionName": "pages-v2"}, "UrlRequestCount", "Url5xxCount", "UrlRequestLatency")


def test_the_figures_of_a_lanes_origins_are_added_up_whatever_their_kind(site: Site) -> None:
    site.release()
    site.register("v2", HTTP_API, FUNCTION)
    for _ in range(6):
        site.count(OF_HTTP_API, 60, 6, [20.0] * 60)
        site.count(OF_FUNCTION, 40, 14, [70.0] * 40)
        site.minute(gray=(0, 0))

    last = site.cloudwatch.last
    assert last("LaneRequests", "v2") == 400  # of the six windows, four are old enough
    assert last("ErrorRate", "v2") == pytest.approx(20)
    assert last("LatencyP95", "v2") == pytest.approx(0.6 * 20 + 0.4 * 70)
    assert last("GrayWorseErrors", "v2") == 1


@pytest.mark.parametrize("lane", ["v1", "v2"])
def test_a_lane_is_not_judged_while_an_origin_is_counted_by_nobody(site: Site, lane: str) -> None:
    host = {"id": "web", "kind": "url", "url": "https://x.example.com", "health": "/", "guard": "none", "paths": ["/w"]}
    site.release(percent=50)
    site.register(lane, rest_api(lane, lane), host)

    assert minutes_until(site, "GrayWorseErrors", 15, gray=(100, 60)) is None
    assert site.cloudwatch.last("ShareMismatch", "v2") == 0
    assert site.cloudwatch.last("ErrorRate", "v2") == pytest.approx(60)


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


VARIABLES = {"GRAY_ENVIRONMENT": "test", "CONFIG_TABLE": TABLE, "PARAMETER_PREFIX": "/gray/test"}


def test_settings_name_what_is_wrong() -> None:
    with pytest.raises(KeyError, match="GRAY_ENVIRONMENT"):
        Settings.read({})
    with pytest.raises(ValueError, match="WATCH_PERIOD_SECONDS must be a number, not 'soon'"):
        Settings.read({**VARIABLES, "WATCH_PERIOD_SECONDS": "soon"})


def test_settings_have_defaults() -> None:
    read = Settings.read({**VARIABLES, "WATCH_CLUSTER": "4"})
    assert read == Settings("test", TABLE, "/gray/test", Limits(cluster=4.0))
