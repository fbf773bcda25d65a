"""A gray lane of an HTTP API and a signed function URL beside a stable REST API: adopted, watched, and killed."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.stack.application import Login, deploy, login
from tests.support.stack.control_plane import Control
from tests.support.stack.lanes import viewer_in
from tests.support.stack.operator import Operator
from tests.support.stack.viewers import Viewer
from tests.support.stack.waiting import eventually, until
from tests.support.stack.watching import Watching

from gray.lanes.lane_table import Lane, LaneTable
from graylocal.stack import LocalStack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("node") is None, reason="its pages are a Node function"),
]

LANE, STACK = "v9", "other-origins-v9"
PARAMETER = f"/gray/test/lanes/{LANE}"


@dataclass(frozen=True)
class Gray:
    """The lane's stack, and who issues its viewers' tokens."""

    outputs: dict[str, str]
    login: Login

    def registration(self, **changes: Any) -> str:
        users = {
            "id": "users",
            "kind": "http-api",
            "api": self.outputs["ApiId"],
            "stage": "live",
            "paths": ["/api/users"],
            "health": "/api/users/health",
            "guard": "none",
            **changes,
        }
        pages = {
            "id": "pages",
            "kind": "function-url",
            "url": self.outputs["PagesUrl"],
            "function": self.outputs["PagesFunction"],
            "health": "/health",
            "guard": "oac",
        }
        return json.dumps({"schema": 1, "lane": LANE, "build": "9", "origins": [users, pages]})


@pytest.fixture(scope="module")
def gray(stack: LocalStack) -> Iterator[Gray]:
    """The lane, adopted; afterwards as if it had never been there."""
    ssm, cloudformation = stack.client("ssm"), stack.client("cloudformation")
    with login() as provider:
        distribution = stack.outputs()["DistributionId"]
        outputs = deploy(stack, STACK, Lane=LANE, Issuer=provider.issuer, Distribution=distribution)
        stack.upload(LANE, "v2")
        lane = Gray(outputs, provider)
        ssm.put_parameter(Name=PARAMETER, Value=lane.registration(), Type="String")
        try:
            assert synced(stack).status == "adopted"
            yield lane
        finally:
            ssm.delete_parameter(Name=PARAMETER)
            Control(stack).scheduled()
            cloudformation.delete_stack(StackName=STACK)


def synced(stack: LocalStack) -> Lane:
    """The lane's record after the scheduled sync."""
    Control(stack).scheduled()
    return LaneTable(stack.client("dynamodb"), stack.outputs()["ConfigTable"]).all()[LANE]


def api(viewer: Viewer, stack: LocalStack, path: str, **headers: str) -> Any:
    return viewer.ask(stack.url, path, "GET", None, accept="application/json", **headers)


def test_ramp_viewers_and_kill(stack: LocalStack, operator: Operator, gray: Gray) -> None:
    # When a rule leads half of the viewers there
    operator.run("ramp", "50", "--lane", LANE, "--yes")
    viewer, other = viewer_in(LANE, stack.url), viewer_in("v1", stack.url)

    # Then each path of theirs is answered by the origin that takes it, and the others' by stable
    user = api(viewer, stack, "/api/users/7")
    assert (user.status, user.lane, user.headers["x-lane"]) == (200, LANE, LANE)
    assert json.loads(user.body)["pathParameters"] == {"id": "7"}
    page = api(viewer, stack, "/api/orders")
    assert (page.status, page.lane, page.body) == (200, LANE, b"<p>/api/orders</p>")
    stable = api(other, stack, "/api/orders")
    assert (stable.status, stable.lane) == (200, "v1")
    assert "orders" in json.loads(stable.body)

    # And the authorizer of the API sees the viewer's own token
    assert api(viewer, stack, "/api/users/me").status == 401
    me = api(viewer, stack, "/api/users/me", authorization=f"Bearer {gray.login.token(sub='ada')}")
    assert json.loads(me.body)["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "ada"

    # And a kill brings everybody back to stable
    operator.run("kill", "-m", "as a test")
    until(lambda: viewer.ask(stack.url).lane == "v1", "the edge follows")
    again = api(viewer, stack, "/api/orders", x_gray_pin=LANE)
    assert (again.status, again.lane, again.headers["x-gray-reload"]) == (200, "v1", "1")


def test_the_watch_counts_both_origins(stack: LocalStack, operator: Operator, gray: Gray) -> None:
    operator.run("ramp", "50", "--lane", LANE, "--yes")
    viewer, watching = viewer_in(LANE, stack.url), Watching(stack)

    def counted() -> float:
        return watching.watched().get(f"LaneRequests.{LANE}", 0)

    before = counted()
    for path in ("/api/users/7", "/api/orders", "/api/users/8", "/api/users/9"):
        assert api(viewer, stack, path).lane == LANE
    eventually(counted, lambda requests: requests >= before + 4)


def test_a_registration_of_what_is_not_there_is_refused(stack: LocalStack, gray: Gray) -> None:
    ssm = stack.client("ssm")
    ssm.put_parameter(Name=PARAMETER, Value=gray.registration(stage="other"), Type="String", Overwrite=True)
    refused = synced(stack)
    assert refused.status == "refused"
    assert f"HTTP API {gray.outputs['ApiId']} with stage other" in refused.why
    ssm.put_parameter(Name=PARAMETER, Value=gray.registration(), Type="String", Overwrite=True)
    assert synced(stack).status == "adopted"
