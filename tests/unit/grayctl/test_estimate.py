"""What a release costs: the price file, the amounts, the free part, the sums."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.grayctl.grayctl_stack import Grayctl

from grayctl.document import new_document
from grayctl.estimate import SECONDS_A_MONTH, Estimate, Traffic, estimate, lease_publications, read_prices, store_reads

QUIET = {**new_document(), "state": "killed"}  # no lease to renew


def amounts(found: Estimate, adds: bool) -> dict[str, float]:
    return {line.name: line.amount for line in found.lines if line.adds == adds}


def test_the_price_file_has_a_date_a_region_and_a_source_for_each_price() -> None:
    prices = read_prices()
    assert prices["date"] <= date(2100, 1, 1)
    assert prices["region"] == "us-east-1"
    lines = {name: value for name, value in prices.items() if isinstance(value, dict)}
    assert len(lines) == 13
    for name, line in lines.items():
        assert set(line) == {"title", "unit", "price", "free", "source"}, name
        assert line["source"].startswith("https://aws.amazon.com/"), name
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
        name: {"title": name, "unit": "x", "price": 2.0, "free": 1e12, "source": "s"}
        for name, value in read_prices().items()
        if isinstance(value, dict)
    }
    prices |= {"date": "2026-01-01", "region": "here"}
    prices["secret"] = {**prices["secret"], "free": 1}
    found = estimate(Traffic(1, 0.1, 0.0), QUIET, prices)
    assert found.total(adds=True) == 2.0  # two secrets, one of them free
    assert found.total() == found.total(adds=True) + found.total(adds=False)


def test_the_applications_own_traffic_is_told_apart() -> None:
    found = estimate(Traffic(100, api=0.2), QUIET, read_prices())
    present = amounts(found, adds=False)
    calls = 20 * SECONDS_A_MONTH
    assert present["api_request"] == calls
    assert present["lambda_gb_second"] == pytest.approx(calls * 0.06 * 0.5)
    assert present["xray_trace"] == pytest.approx(calls * 0.05)
    # The free part is counted once.
    assert all(line.free == 0 for line in found.lines if not line.adds)


def test_nothing_costs_only_what_is_there_anyway() -> None:
    found = estimate(Traffic(0, changes=0), QUIET, read_prices())
    assert {line.name for line in found.lines if line.dollars} <= {"alarm", "metric", "secret", "dynamodb_read"}


def test_the_screen_shows_each_line_with_its_price_and_the_sources(
    project: Path, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    (project / "release.yaml").write_text("salt: abcdefgh\nlanes: [v2]\nrules:\n  - {id: ramp, lane: v2, percent: 5}\n")
    outcome = grayctl("estimate", "--rate", "200", "--file", "release.yaml")
    assert outcome.code == 0, outcome.err
    for line in estimate(Traffic(200), {"lease_minutes": 1440}, read_prices()).lines:
        assert line.title in outcome.out
        assert line.source in outcome.out
    assert f"noted {read_prices()['date']}" in outcome.out
    document = grayctl("estimate", "--rate", "200", "--file", "release.yaml", "--json").json
    assert document["total_dollars"] == pytest.approx(sum(line["dollars"] for line in document["lines"]), abs=0.01)
    assert document["added_dollars"] < document["total_dollars"]
