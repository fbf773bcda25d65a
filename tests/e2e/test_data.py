"""Isolated data on the deployed stack: stable's orders reach gray at once, gray's are merged into stable on request."""

import json
from pathlib import Path
from typing import Any

import yaml
from tests.support.stack.lanes import order, viewer_in
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer
from tests.support.stack.waiting import eventually

from graylocal.stack import LocalStack


def place(viewer: Viewer, url: str, **more: Any) -> str:
    """An order's id."""
    answer = order(viewer, url, **more)
    assert answer.status == 201, answer.body
    return str(json.loads(answer.body)["order"]["id"])


def listed(viewer: Viewer, url: str) -> dict[str, dict[str, Any]]:
    """What the viewer sees, by id."""
    return {one["id"]: one for one in json.loads(viewer.ask(url, "/api/orders").body)["orders"]}


def waiting(operator: Operator) -> set[str]:
    return {item["sk"] for item in operator.json("data", "report")["lanes"]["v2"] if item["pk"] == "order"}


def test_stables_orders_reach_gray_and_grays_come_home_when_the_release_ends(
    stack: LocalStack, operator: Operator, project: Path
) -> None:
    # Given nothing that waits from before, and an order in each lane
    operator.run("data", "merge", "--yes", "--conflicts", "gray")
    operator.run("ramp", "50", "--yes")
    gray, stable = viewer_in("v2", stack.url), viewer_in("v1", stack.url)
    theirs, ours = place(stable, stack.url), place(gray, stack.url, priority="express")

    # Then stable's is seen in gray, as its version shows it, and gray's is not in stable
    seen = eventually(lambda: listed(gray, stack.url), lambda found: theirs in found)
    assert seen[theirs]["priority"] == "normal"
    assert ours not in listed(stable, stack.url)
    assert waiting(operator) == {ours}

    # When gray is killed, its order is said to wait, and comes home by one command, once
    assert operator.json("kill")["waiting"] == {"v2": 1}
    (merged,) = operator.json("data", "merge", "--yes")["lanes"]
    assert merged["fates"] == {"new": 1}
    assert ours in listed(stable, stack.url)
    assert waiting(operator) == set()
    assert operator.json("data", "merge", "--yes")["lanes"][0]["fates"] == {}

    # And the continuous copy has taken it over: what stable does with it from now on is seen in gray
    eventually(lambda: copies(stack, ours), lambda item: item.get("origin") == {"S": "v1"})

    # When the release is finished, what gray wrote since is said to wait
    operator.run("resume", "--yes")
    late = place(viewer_in("v2", stack.url), stack.url)
    document = yaml.safe_load(operator.run("export").stdout)
    (project / "alone.yaml").write_text(yaml.safe_dump({**document, "lanes": [], "rules": []}))
    operator.run("apply", "alone.yaml", "--yes")
    assert operator.json("finish", "--yes")["waiting"] == {"v2": 1}
    assert waiting(operator) == {late}
    operator.run("data", "merge", "--yes")


def copies(stack: LocalStack, number: str) -> dict[str, Any]:
    """An order as gray's table has it."""
    key = {"pk": {"S": "order"}, "sk": {"S": number}}
    found = stack.client("dynamodb").get_item(TableName="graylane-test-orders-v2", Key=key)
    return dict(found.get("Item", {}))


def test_a_table_filled_from_before_the_lane_was_there(stack: LocalStack, operator: Operator) -> None:
    # Given an order that gray's table lacks, as for a lane that came later
    number = place(Viewer(), stack.url)
    eventually(lambda: copies(stack, number), bool)
    key = {"pk": {"S": "order"}, "sk": {"S": number}}
    stack.client("dynamodb").delete_item(TableName="graylane-test-orders-v2", Key=key)
    # When
    filled = operator.json("data", "fill", "--lane", "v2")["lanes"]["v2"]
    # Then
    assert filled["copied"] >= 1
    assert copies(stack, number)["origin"] == {"S": "v1"}
