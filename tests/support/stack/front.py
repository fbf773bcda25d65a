"""Somebody's own distribution, served by the local CloudFront, and requests that are the same before and after."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import httpx
from tests.support.edge.ours import OWN_TO_EACH_REQUEST, TO_ORIGIN, TO_VIEWER
from tests.support.stack.recorder import Asked, Recorder, recording

from graylocal.aws.emulator import client_environment
from graylocal.stack import LocalStack
from graylocal.system.places import REPOSITORY, local_target, own_interpreter

# Each answer of the emulator has its own.
_OWN = OWN_TO_EACH_REQUEST | {"x-cache", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "apigw-requestid"}
_OWN |= {"x-amzn-trace-id"}
_PROXY = {"host"}  # has the port of the recorder


class Sent(NamedTuple):
    """A viewer's request."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes = b""


class Seen(NamedTuple):
    """What came back, and what the origins were asked for it; without Graylane's own headers and each request's own."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]
    asked: list[Asked]


@contextmanager
def front(stack: LocalStack, distribution: str) -> Iterator[Recorder]:
    """The distribution at the stack's address for as long as the block lasts, and what its origins are asked."""
    with recording(stack.ports.gateway) as (port, recorder):
        file = stack.places.state / "front.json"
        settings = {"emulator_port": port, "port": stack.ports.site, "tls_port": stack.ports.site_tls}
        settings |= {"control_port": stack.ports.control}
        file.write_text(json.dumps({"distribution": distribution, **settings}))
        variables = client_environment(stack.ports)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_XRAY"):
            del variables[name]
        variables["PYTHONPATH"] = str(REPOSITORY / "tools")
        command = [str(own_interpreter()), "-m", "graylocal.cloudfront", str(file)]
        stack.processes.start("front", command, variables, REPOSITORY)
        try:
            stack.processes.wait_until("front", lambda: _answers(stack.url), 120)
            recorder.taken()
            yield recorder
        finally:
            stack.processes.stop("front")


def note(stack: LocalStack) -> None:
    """Tell `grayctl` in this folder where the stack is, as `graylocal up` does."""
    stack.places.target.write_text(local_target(stack.environment, f"graylane-{stack.environment}", stack.ports))


def seen(stack: LocalStack, recorder: Recorder, requests: Sequence[Sent]) -> list[Seen]:
    """What each of these requests of new viewers gets, one after the other."""
    return [_seen(stack, recorder, each) for each in requests]


def _seen(stack: LocalStack, recorder: Recorder, sent: Sent) -> Seen:
    recorder.taken()
    answer = httpx.request(
        sent.method, stack.url + sent.path, headers=sent.headers, content=sent.content, timeout=60, trust_env=False
    )
    left_out = TO_VIEWER | _OWN
    headers = sorted((name, value) for name, value in answer.headers.multi_items() if name not in left_out)
    return Seen(answer.status_code, answer.content, headers, [_asked(each) for each in recorder.taken()])


def _asked(asked: Asked) -> Asked:
    left_out = TO_ORIGIN | _OWN | _PROXY
    return asked._replace(headers=tuple(pair for pair in asked.headers if pair[0] not in left_out))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code > 0
    except httpx.HTTPError:
        return False
