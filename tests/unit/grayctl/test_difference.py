"""What an operator reads as the difference of two releases."""

from grayctl.document.difference import difference

BEFORE = {
    "salt": "abc",
    "rules": [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}, {"id": "ramp", "lane": "v2", "percent": 5}],
}


def test_equal_releases_have_none() -> None:
    assert difference(BEFORE, dict(BEFORE)) == []


def test_a_changed_percent_names_rule_and_values() -> None:
    after = {**BEFORE, "rules": [BEFORE["rules"][0], {"id": "ramp", "lane": "v2", "percent": 20}]}
    assert [str(change) for change in difference(BEFORE, after)] == ["~ rules[ramp].percent: 5 -> 20"]


def test_numbers_are_written_as_people_write_them() -> None:
    changes = difference({"plan": {"every_minutes": 30.0}}, {"plan": {"every_minutes": 0.5}})
    assert [str(change) for change in changes] == ["~ plan.every_minutes: 30 -> 0.5"]


def test_added_removed_and_moved_rules() -> None:
    qa = {"id": "qa", "lane": "v2", "when": {"country": ["DE"]}}
    added = {**BEFORE, "rules": [*BEFORE["rules"], qa]}
    assert [str(change) for change in difference(BEFORE, added)] == ["+ rules[qa]: lane v2, when country=DE"]
    assert [str(change) for change in difference(added, BEFORE)] == ["- rules[qa]: lane v2, when country=DE"]
    moved = {**BEFORE, "rules": BEFORE["rules"][::-1]}
    assert [str(change) for change in difference(BEFORE, moved)] == ["~ order of rules: staff, ramp -> ramp, staff"]


def test_other_fields_and_removed_ones() -> None:
    changes = difference({"note": "x", "lease_minutes": 60}, {"lease_minutes": 90})
    assert [str(change) for change in changes] == ["- note: x", "~ lease_minutes: 60 -> 90"]
