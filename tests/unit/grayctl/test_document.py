"""Edits of a release document are pure and say what is wrong."""

import copy

import pytest

from grayctl.document import edits as document
from grayctl.errors import UsageError


@pytest.fixture
def release() -> document.Document:
    return {
        "salt": "abcdefgh",
        "state": "active",
        "lanes": ["v2"],
        "lease_minutes": 1440,
        "rules": [
            {"id": "staff", "lane": "v2", "when": {"list": "staff"}},
            {"id": "ramp", "lane": "v2", "percent": 5},
        ],
    }


def test_ramp_makes_its_rule_last_in_a_release_without_one() -> None:
    # Given a fresh release with one other rule
    before = document.add_rule(document.new_document(), {"id": "staff", "lane": "v2", "when": {"list": "staff"}})
    # When it is ramped
    after = document.ramp(before, 20)
    # Then the rule leads the rest of the viewers to the first lane
    assert after["rules"][-1] == {"id": "ramp", "lane": "v2", "percent": 20}
    assert len(after["rules"]) == 2


def test_ramp_changes_only_the_percent(release: document.Document) -> None:
    before = copy.deepcopy(release)
    after = document.ramp(release, 12.5)
    assert release == before
    assert after["rules"][1] == {"id": "ramp", "lane": "v2", "percent": 12.5}
    assert after["salt"] == before["salt"]
    assert document.share_percent(after) == 12.5


def test_ramp_to_another_lane_names_it_in_the_release(release: document.Document) -> None:
    after = document.ramp(release, 5, "v3")
    assert after["lanes"] == ["v2", "v3"]
    assert after["rules"][1]["lane"] == "v3"


@pytest.mark.parametrize(
    ("percent", "says"), [(-1, "not a percentage"), (100.5, "not a percentage"), (12.345, "two decimals")]
)
def test_ramp_refuses_what_is_no_percentage(release: document.Document, percent: float, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        document.ramp(release, percent)


@pytest.mark.parametrize("percent", [0, 0.01, 0.29, 33.33, 99.99, 100])
def test_ramp_takes_every_hundredth(release: document.Document, percent: float) -> None:
    assert document.share_percent(document.ramp(release, percent)) == percent


def test_rules_are_added_at_a_position_and_moved(release: document.Document) -> None:
    with_qa = document.add_rule(release, {"id": "qa", "lane": "v2", "when": {"country": ["DE"]}}, 1)
    assert [rule["id"] for rule in with_qa["rules"]] == ["qa", "staff", "ramp"]
    moved = document.move_rule(with_qa, "qa", 3)
    assert [rule["id"] for rule in moved["rules"]] == ["staff", "ramp", "qa"]
    assert [rule["id"] for rule in document.remove_rule(moved, "staff")["rules"]] == ["ramp", "qa"]


def test_mistakes_with_rules_are_named(release: document.Document) -> None:
    with pytest.raises(UsageError, match="rule 'ramp' already exists"):
        document.add_rule(release, {"id": "ramp", "lane": "v2"})
    with pytest.raises(UsageError, match="no rule 'stuff'") as caught:
        document.remove_rule(release, "stuff")
    assert "staff, ramp" in caught.value.remedy
    with pytest.raises(UsageError, match="position 3"):
        document.move_rule(release, "staff", 3)
    with pytest.raises(UsageError, match="--at 9"):
        document.add_rule(release, {"id": "new", "lane": "v2"}, 9)
