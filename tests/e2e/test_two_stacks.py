"""The platform and the lanes of `prod`, each a stack, in any order; and a third lane beside them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from tests.support.stack.operator import Operator, project_folder
from tests.support.stack.viewers import COOKIE, Answer, Viewer
from tests.support.stack.waiting import until

from graylocal.stack import LocalStack

pytestmark = pytest.mark.own_stack

PROD, STABLE, GRAY, THIRD = "graylane-prod", "graylane-prod-v1", "graylane-gray", "graylane-gray-v3"
ORDER = {"customer": "Ada", "items": [{"sku": "lamp", "quantity": 2}]}


@dataclass(frozen=True)
class Account:
    """One account in which stacks come and go, with its operator."""

    stack: LocalStack
    operator: Operator

    def stacks(self) -> set[str]:
        described = self.stack.client("cloudformation").describe_stacks()["Stacks"]
        return {each["StackName"] for each in described if not each["StackStatus"].startswith("DELETE")}

    def deploy_prod(self) -> None:
        """Stable lane and platform, with their site and a first revision."""
        self.stack.deploy("prod", ConsumerLanes="v1,v2,v3")
        self.stack.upload("v1")
        self.stack.first_release()
        if not self.stack.processes.runs("edge"):
            self.stack.serve()
        self.stack.published(60)

    def delete(self, name: str) -> None:
        """A gray stack goes, as in the console: its table's protection off, and the stack deleted."""
        if name not in self.stacks():
            return
        cloudformation = self.stack.client("cloudformation")
        for each in cloudformation.describe_stack_resources(StackName=name)["StackResources"]:
            if each["ResourceType"] == "AWS::DynamoDB::Table":
                self.stack.client("dynamodb").update_table(
                    TableName=each["PhysicalResourceId"], DeletionProtectionEnabled=False
                )
        cloudformation.delete_stack(StackName=name)
        until(lambda: name not in self.stacks(), f"{name} deleted")

    def scheduled_sync(self) -> Any:
        """The scheduled function, at once."""
        function = self.stack.outputs()["ScheduledSyncFunction"]
        answer = self.stack.client("lambda").invoke(FunctionName=function)
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def registration(self, lane: str) -> dict[str, Any] | None:
        ssm = self.stack.client("ssm")
        try:
            value = ssm.get_parameter(Name=f"/gray/prod/lanes/{lane}")["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None
        return dict(json.loads(value))

    def status_of(self, lane: str) -> str:
        lanes = {each["lane"]: each["status"] for each in self.operator.json("status")["lanes"]}
        return str(lanes.get(lane, "unknown"))

    def lanes_seen(self, viewers: int = 50, headers: Mapping[str, str] | None = None) -> set[str | None]:
        """Who answers new viewers, with a page and with the API."""
        seen = set()
        for _ in range(viewers):
            viewer = Viewer(headers=headers or {})
            seen.add(viewer.ask(self.stack.url).lane)
            seen.add(viewer.ask(self.stack.url, "/api/orders", accept="application/json").lane)
        return seen

    def made_of(self, stack: str) -> dict[str, Any]:
        """All that a stack's deployment could have touched: resources, parameters, outputs and time of change."""
        cloudformation = self.stack.client("cloudformation")
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
        kept = ("StackId", "Parameters", "Outputs", "LastUpdatedTime")
        return {"resources": ids, **{name: described.get(name) for name in kept}}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    project = project_folder(tmp_path_factory.mktemp("two"))
    with LocalStack("prod", state=project / ".graylane" / "local", time_scale=0.1) as stack:
        yield Account(stack, Operator(project, "prod"))


def test_gray_before_prod(account: Account) -> None:
    # Given gray alone: it registers itself, and nobody can call it
    account.stack.deploy("gray")
    registered = account.registration("v2")
    assert registered is not None
    (origin,) = registered["origins"]
    assert origin["api"] == account.stack.outputs(GRAY)["ApiId"]
    url = f"{account.stack.endpoint}/restapis/{origin['api']}/{origin['stage']}/_user_request_/api/orders"
    assert httpx.get(url, timeout=30, trust_env=False).status_code == 403

    # When the platform comes, without stable: it serves its bucket, and adopts nobody, who could not fall back
    account.stack.deploy_one("prod")
    account.stack.upload("v1")
    account.stack.first_release()
    account.stack.serve()
    page = Viewer().ask(account.stack.url)
    assert (page.status, page.lane) == (200, "v1")
    account.scheduled_sync()
    assert account.status_of("v2") == "refused"

    # When stable comes too, its API is behind the site, and everybody gets stable
    account.deploy_prod()
    account.stack.upload("v2")
    until(lambda: _is_api(Viewer().ask(account.stack.url, "/api/orders")), "stable's API behind the site")
    forged = {"x-gray-pin": "v2", "x-gray-version": "v2", "cookie": f"{COOKIE}={'A' * 22}.v2.1.9999999999.a.{'A' * 22}"}
    assert account.lanes_seen() == account.lanes_seen(5, forged) == {"v1"}

    # Then the next sync adopts the lane, still without a viewer, and a rule leads to it
    account.scheduled_sync()
    assert account.status_of("v2") == "adopted"
    assert account.lanes_seen() == {"v1"}
    account.operator.run("ramp", "100", "--yes")
    assert account.lanes_seen() == {"v2"}


def test_prod_before_gray(account: Account) -> None:
    # Given prod alone, where nobody is led anywhere
    account.delete(GRAY)
    if PROD not in account.stacks():
        account.deploy_prod()
    account.operator.run("apply", "--new", "--yes")
    before = [account.made_of(stack) for stack in (PROD, STABLE)]

    # When gray comes, nothing of prod is touched and nobody is led there
    account.stack.deploy("gray")
    account.stack.upload("v2")
    assert [account.made_of(stack) for stack in (PROD, STABLE)] == before
    assert account.lanes_seen() == {"v1"}

    # Then it is adopted by the next sync, and a rule leads there
    account.scheduled_sync()
    assert account.status_of("v2") == "adopted"
    assert account.lanes_seen() == {"v1"}
    account.operator.run("ramp", "100", "--yes")
    assert account.lanes_seen() == {"v2"}

    # And either stack deployed again changes nothing of the other, and moves nobody
    gray = account.made_of(GRAY)
    account.stack.deploy("gray")
    assert [account.made_of(stack) for stack in (PROD, STABLE)] == before
    account.deploy_prod()
    assert account.made_of(GRAY) == gray
    account.scheduled_sync()
    assert account.lanes_seen(10) == {"v2"}


def test_a_third_lane_beside_the_others(account: Account) -> None:
    # Given all three stacks, and nobody led anywhere
    _both(account)
    account.operator.run("apply", "--new", "--yes")
    account.stack.deploy_one("gray", stack=THIRD, Lane="v3")
    account.stack.upload("v3", "v2")
    account.scheduled_sync()
    assert [account.status_of(lane) for lane in ("v2", "v3")] == ["adopted", "adopted"]
    assert account.lanes_seen() == {"v1"}

    # When a rule leads to it
    account.operator.run("rule", "add", "third", "--lane", "v3", "--when", "header:x-plan=third", "--yes")

    # Then those it names get its page, its API and its services; another rule goes on leading to v2
    account.operator.run("rule", "add", "second", "--lane", "v2", "--when", "header:x-plan=second", "--yes")
    for lane, plan in (("v3", "third"), ("v2", "second"), ("v1", "none")):
        viewer = Viewer(headers={"x-plan": plan})
        page = viewer.ask(account.stack.url)
        assert (page.status, page.lane) == (200, lane)
        assert f'src="/{lane}/app.js"'.encode() in page.body
        made = viewer.ask(
            account.stack.url, "/api/orders", "POST", json.dumps(ORDER).encode(), content_type="application/json"
        )
        assert made.status == 201, made.body
        hops = {each["service"]: each["served"] for each in json.loads(made.body)["hops"]}
        assert hops == {"api": lane, "pricing": "shared", "stock": lane}
        number = json.loads(made.body)["order"]["id"]
        until(partial(_fulfilled, account, viewer, number, lane), f"the consumer of {lane}")

    # And when its stack is deleted, its viewers come back to stable and v2's stay
    account.delete(THIRD)
    account.scheduled_sync()
    until(lambda: account.lanes_seen(1, {"x-plan": "third"}) == {"v1"}, "the edge follows")
    assert account.lanes_seen(5, {"x-plan": "third"}) == {"v1"}
    assert account.lanes_seen(5, {"x-plan": "second"}) == {"v2"}


def test_a_gray_stack_that_is_deleted_is_withdrawn(account: Account) -> None:
    _both(account)
    account.operator.run("apply", "--new", "--yes")
    account.operator.run("ramp", "100", "--yes")
    viewer = Viewer()
    assert viewer.ask(account.stack.url).lane == "v2"

    account.delete(GRAY)
    assert account.registration("v2") is None
    account.scheduled_sync()
    until(lambda: account.lanes_seen(1) == {"v1"}, "the edge follows")

    # Then new and old viewers get stable, page and API, and a page that is still open is told to load anew
    assert account.lanes_seen() == {"v1"}
    open_page = viewer.ask(account.stack.url, "/api/orders", accept="application/json", x_gray_pin="v2")
    assert (open_page.status, open_page.lane, open_page.headers.get("x-gray-reload")) == (200, "v1", "1")
    assert viewer.ask(account.stack.url).lane == "v1"
    assert account.status_of("v2") == "gone"


def _both(account: Account) -> None:
    """Both stacks are there, and the lane is adopted."""
    if PROD not in account.stacks():
        account.deploy_prod()
    if GRAY not in account.stacks():
        account.stack.deploy("gray")
    account.stack.upload("v2")
    account.scheduled_sync()
    until(lambda: account.status_of("v2") == "adopted", "v2 adopted")


def _is_api(answer: Answer) -> bool:
    return answer.status == 200 and answer.body.startswith(b"{")


def _fulfilled(account: Account, viewer: Viewer, number: str, lane: str) -> bool:
    orders = json.loads(viewer.ask(account.stack.url, "/api/orders", accept="application/json").body)["orders"]
    order = next(each for each in orders if each["id"] == number)
    by = order.get("fulfilled_by")
    return bool(by and by["served"] == lane)
