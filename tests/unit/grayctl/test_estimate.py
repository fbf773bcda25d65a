"""What a release costs: the price file, the amounts, the free part, the sums."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl
from tests.support.project.deployment import alarms_of

from grayctl.document.edits import new_document
from grayctl.errors import EXIT_USAGE
from grayctl.reading.estimate import (
    SECONDS_A_MONTH,
    Estimate,
    Traffic,
    estimate,
    lease_publications,
    read_prices,
    store_reads,
)

RELEASE = "salt: abcdefgh\nlanes: [v2]\nrules:\n  - {id: ramp, lane: v2, percent: 5}\n"
QUIET = {**new_document(), "state": "killed"}  # no lease to renew


def amounts(found: Estimate, adds: bool) -> dict[str, float]:
    return {line.name: line.amount for line in found.lines if line.adds == adds}


def test_the_price_file_has_a_region_and_for_each_price_a_source_and_when_it_was_read() -> None:
    prices = read_prices()
    assert prices["region"] == "us-east-1"
    lines = {name: value for name, value in prices.items() if isinstance(value, dict)}
    assert len(lines) == 17
    for name, line in lines.items():
        assert set(line) == {"title", "unit", "price", "free", "source", "noted"}, name
        assert line["source"].startswith("https://aws.amazon.com/"), name
        assert re.fullmatch(r"20[0-9]{2}(-(0[1-9]|1[0-2]))?", line["noted"]), name
        assert line["price"] > 0
        assert line["free"] >= 0


def test_every_price_is_used_and_every_line_has_one() -> None:
    prices = {name for name, value in read_prices().items() if isinstance(value, dict)}
    found = estimate(Traffic(100), new_document(), read_prices())
    assert {line.name for line in found.lines} == prices


def test_requests_become_function_runs_and_reads() -> None:
    # Given 100 requests a second, 10 % documents and 20 % API calls, no list
    found = amounts(estimate(Traffic(100, 0.1, 0.2), QUIET, read_prices()), adds=True)
    requests = 100 * SECONDS_A_MONTH
    # Then both functions run for each, and only decisions read the configuration
    assert found["edge_function"] == 2 * requests
    assert found["store_read"] == pytest.approx(0.3 * requests)


def test_each_list_that_rules_ask_costs_a_read_and_one_that_none_asks_costs_nothing() -> None:
    asking: dict[str, Any] = {
        "lists": {"staff": {}, "beta": {}, "unused": {}},
        "rules": [
            {"when": {"all": [{"list": "staff"}, {"not": {"list": "beta"}}]}},
            {"when": {"any": [{"list": "staff"}]}},
            {"percent": 5},
        ],
    }
    assert store_reads(asking) == 3
    assert store_reads({"rules": []}) == 1


def test_a_lease_is_renewed_at_half_its_length() -> None:
    assert lease_publications({"lease_minutes": 1440}) == pytest.approx(SECONDS_A_MONTH / (12 * 3600))
    assert lease_publications({"lease_minutes": 1440, "state": "killed"}) == 0
    changes = amounts(estimate(Traffic(1, changes=10), {"lease_minutes": 1440}, read_prices()), adds=True)
    assert changes["store_call"] == pytest.approx(4 * (10 + SECONDS_A_MONTH / (12 * 3600)))
    assert changes["invalidation"] == 10


def test_dollars_are_the_amount_beyond_the_free_part() -> None:
    prices: dict[str, Any] = {
        name: {"title": name, "unit": "x", "price": 2.0, "free": 1e12, "source": "s", "noted": "2025"}
        for name, value in read_prices().items()
        if isinstance(value, dict)
    }
    prices |= {"region": "here"}
    prices["secret"] = {**prices["secret"], "free": 1}
    found = estimate(Traffic(1, 0.1, 0.0), QUIET, prices)
    assert found.total(adds=True) == 2.0  # two secrets, one of them free
    assert found.total() == found.total(adds=True) + found.total(adds=False)


def test_the_applications_own_traffic_is_told_apart() -> None:
    found = estimate(Traffic(100, api=0.2), QUIET, read_prices())
    present = amounts(found, adds=False)
    calls = 20 * SECONDS_A_MONTH
    assert present["api_request"] == calls
    assert present["cloudfront_request"] == 100 * SECONDS_A_MONTH
    assert present["transfer"] == pytest.approx(100 * SECONDS_A_MONTH * 20e3 / 1e9)
    assert present["log"] == pytest.approx(calls * 2_500 / 1e9)
    assert present["lambda_gb_second"] == pytest.approx(calls * 0.06 * 0.5)
    assert present["xray_trace"] == pytest.approx(calls * 0.05)
    # The free part is counted once.
    assert all(line.free == 0 for line in found.lines if not line.adds)


def test_nothing_costs_only_what_is_there_anyway() -> None:
    found = estimate(Traffic(0, changes=0), QUIET, read_prices())
    assert {line.name for line in found.lines if line.dollars} <= {
        "alarm",
        "metric",
        "metric_read",
        "secret",
        "dynamodb_read",
    }


def test_the_watch_pays_for_each_metric_that_it_asks_for() -> None:
    """Every minute, four of each of two lanes: some 3.50 dollars a month, whoever comes."""
    (line,) = [one for one in estimate(Traffic(0), QUIET, read_prices()).lines if one.name == "metric_read"]
    assert line.amount == 8 * 730 * 60
    assert line.dollars == pytest.approx(3.504)


def test_the_alarms_are_as_many_as_the_templates_have() -> None:
    assert amounts(estimate(Traffic(1), QUIET, read_prices()), adds=True)["alarm"] == len(alarms_of("test"))


def test_the_date_is_that_of_the_oldest_price() -> None:
    prices: dict[str, Any] = {**read_prices(), "region": "here"}
    assert estimate(Traffic(1), QUIET, prices).date == "2025"
    newer = {name: {**one, "noted": "2026-10"} if isinstance(one, dict) else one for name, one in prices.items()}
    newer["secret"]["noted"] = "2026-09"
    assert estimate(Traffic(1), QUIET, newer).date == "2026-09"


@pytest.mark.parametrize("shares", [("80", "80"), ("100", "0.1")])
def test_shares_of_more_than_all_requests_are_refused(project: Path, grayctl: Grayctl, shares: tuple[str, str]) -> None:
    (project / "release.yaml").write_text(RELEASE)
    documents, api = shares
    outcome = grayctl("estimate", "--rate", "1", "--file", "release.yaml", "--documents", documents, "--api", api)
    assert outcome.code == EXIT_USAGE
    assert "exceeds 100 percent" in outcome.err
    assert (
        grayctl("estimate", "--rate", "1", "--file", "release.yaml", "--documents", "33.3", "--api", "66.7").code == 0
    )


def test_shares_of_all_requests_together_are_taken(project: Path, grayctl: Grayctl) -> None:
    (project / "release.yaml").write_text(RELEASE)
    shares = ("--documents", "33.3", "--api", "66.7")
    assert grayctl("estimate", "--rate", "1", "--file", "release.yaml", *shares).code == 0


def test_the_screen_shows_each_line_with_its_price_and_the_sources(
    project: Path, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    (project / "release.yaml").write_text(RELEASE)
    outcome = grayctl("estimate", "--rate", "200", "--file", "release.yaml")
    assert outcome.code == 0, outcome.err
    listed = dict(re.findall(r"^  (\[\d+\]) (.+)$", outcome.out, re.MULTILINE))
    for line in estimate(Traffic(200), {"lease_minutes": 1440}, read_prices()).lines:
        marks = re.findall(rf"^{re.escape(line.title)} .*\$ .* (\[\d+\]) ", outcome.out, re.MULTILINE)
        assert {listed[mark] for mark in marks} == {f"{line.source}, as of {line.noted}"}, line.title
    document = grayctl("estimate", "--rate", "200", "--file", "release.yaml", "--json").json
    assert document["total_dollars"] == pytest.approx(sum(line["dollars"] for line in document["lines"]), abs=0.01)
    assert document["added_dollars"] < document["total_dollars"]
