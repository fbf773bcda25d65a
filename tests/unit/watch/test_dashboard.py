"""The dashboard's body."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.support.project.deployment import alarms_of

from generate.dashboard.body import COLUMNS, body, included

TEMPLATE = Path(__file__).parents[3] / "template.yaml"


def graphs() -> list[dict[str, Any]]:
    return [widget["properties"] for widget in body()["widgets"] if widget["type"] == "metric"]


def test_widgets_fill_the_page_and_do_not_overlap() -> None:
    places = [(w["x"], w["y"], w["x"] + w["width"], w["y"] + w["height"]) for w in body()["widgets"]]
    assert all(right <= COLUMNS for _, _, right, _ in places)
    for one, other in combinations(places, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_every_metric_of_cloudfront_is_asked_where_it_exists() -> None:
    edge = [g for g in graphs() if any(line[0] == "AWS/CloudFront" for line in g["metrics"])]
    assert edge
    assert all(g["region"] == "us-east-1" for g in edge)
    assert all(line[line.index("Region") + 1] == "Global" for g in edge for line in g["metrics"])


def test_every_alarm_shown_is_one_of_the_template() -> None:
    declared = {f"graylane-dev-{name}" for name in alarms_of("dev")}
    shown = [w["properties"]["alarms"] for w in body()["widgets"] if w["type"] == "alarm"]
    names = [arn.partition(":alarm:")[2] for arns in shown for arn in arns]
    assert names
    there = {name.replace("${Environment}", "dev").replace("${GrayLane}", "v2") for name in names}
    assert there <= declared


def test_the_names_to_fill_in_are_the_templates() -> None:
    ((text, own),) = json.loads(included()).values()
    known = {"Environment", "GrayLane", "AWS::Region", "AWS::Partition", "AWS::AccountId"}
    assert set(re.findall(r"\$\{([^}!]+)\}", text)) == {*known, *own}
