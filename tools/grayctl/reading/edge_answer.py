"""Asking the edge: its answer to a document request, and the revision behind it.

Uses the standard library: importing httpx takes longer than the one GET itself.
"""

import os
import re
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, create_default_context
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import HTTPErrorProcessor, HTTPSHandler, Request, build_opener

import certifi

if TYPE_CHECKING:
    from email.message import Message

_REASON = re.compile(
    r"^(?P<lane>[^;]+); rule=(?P<reason>[^;]+); bucket=[^;]+; revision=(?P<revision>\d+); epoch=(?P<epoch>\d+)"
)


@dataclass(frozen=True)
class EdgeAnswer:
    """One answer. `revision` and `epoch` need a signed debug header; `error` tells why there is no answer."""

    reachable: bool
    status: int = 0
    lane: str = ""
    reason: str = ""
    revision: int | None = None
    epoch: int | None = None
    error: str = ""


def ask_edge(site: str, debug_header: str | None = None, timeout: float = 5.0) -> EdgeAnswer:
    """Ask for the site's first document as a new viewer would, without a cookie."""
    headers = {"accept": "text/html", "user-agent": "grayctl"}
    if debug_header:
        headers["x-gray-debug"] = debug_header
    try:
        opener = build_opener(_AsItIs, HTTPSHandler(context=_trusting(site)))
        request = Request(site + "/", headers=headers)  # noqa: S310 - the stack's own address
        with opener.open(request, timeout=timeout) as answer:
            return read_answer(answer.status, answer.headers)
    except URLError as error:
        return EdgeAnswer(False, error=str(error.reason) or type(error.reason).__name__)
    except (OSError, HTTPException, ValueError) as error:
        return EdgeAnswer(False, error=str(error) or type(error).__name__)


def _trusting(site: str) -> SSLContext:
    """CA certificates as in httpx and boto3: not every Python finds the system's."""
    if not site.startswith("https:"):
        return SSLContext(PROTOCOL_TLS_CLIENT)  # trusts nobody; an opener without one reads the system's certificates
    return _certificates(os.environ.get("SSL_CERT_FILE") or certifi.where())


@cache
def _certificates(file: str) -> SSLContext:
    """Read once: the edge is asked ten times a second."""
    return create_default_context(cafile=file)


class _AsItIs(HTTPErrorProcessor):
    """Return every response as it is: do not follow redirects, do not raise for status 400 and above."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


def read_answer(status: int, headers: "Message") -> EdgeAnswer:
    """The answer, from a response's headers."""
    lane = headers.get("x-gray-version", "")
    told = _REASON.match(headers.get("x-gray", ""))
    if not told:
        return EdgeAnswer(True, status, lane)
    return EdgeAnswer(True, status, told["lane"], told["reason"], int(told["revision"]), int(told["epoch"]))
