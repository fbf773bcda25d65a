"""Asking the edge itself: what it answers to a document request, and which revision decided it."""

import re
from dataclasses import dataclass

import httpx

_REASON = re.compile(
    r"^(?P<lane>[^;]+); rule=(?P<reason>[^;]+); bucket=[^;]+; revision=(?P<revision>\d+); epoch=(?P<epoch>\d+)"
)


@dataclass(frozen=True)
class EdgeAnswer:
    """One answer. `revision` and `epoch` are known only with a signed debug header; `error` says why nothing came."""

    reachable: bool
    status: int = 0
    lane: str = ""
    reason: str = ""
    revision: int | None = None
    epoch: int | None = None
    error: str = ""


def ask_edge(site: str, debug_header: str | None = None, timeout: float = 5.0) -> EdgeAnswer:
    """Ask for the site's first document as a new viewer would, without a cookie."""
    headers = {"accept": "text/html"}
    if debug_header:
        headers["x-gray-debug"] = debug_header
    try:
        answer = httpx.get(site + "/", headers=headers, timeout=timeout, follow_redirects=False)
    except httpx.HTTPError as error:
        return EdgeAnswer(False, error=str(error) or type(error).__name__)
    return read_answer(answer.status_code, answer.headers)


def read_answer(status: int, headers: httpx.Headers) -> EdgeAnswer:
    """What an answer's headers say."""
    lane = headers.get("x-gray-version", "")
    told = _REASON.match(headers.get("x-gray", ""))
    if not told:
        return EdgeAnswer(True, status, lane)
    return EdgeAnswer(True, status, told["lane"], told["reason"], int(told["revision"]), int(told["epoch"]))
