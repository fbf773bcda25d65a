"""The console's own page, as its requests look."""

import json
from typing import Any

import httpx
from tests.support.grayctl.grayctl_stack import Stack

from grayctl.console.guard import TOKEN_HEADER, Guard

Headers = dict[str, str | None]


class Browser:
    """The console's own page, as its requests look; `None` leaves a header out, `{here}` is the console's address."""

    def __init__(self, client: httpx.Client, guard: Guard) -> None:
        self.client, self.guard = client, guard

    def get(self, path: str, headers: Headers | None = None) -> httpx.Response:
        return self.client.get(path, headers=self._sent(headers or {}))

    def post(self, path: str, body: object, headers: Headers | None = None) -> httpx.Response:
        own: Headers = {"origin": "http://{here}", "content-type": "application/json"}
        return self.client.post(path, content=json.dumps(body), headers=self._sent({**own, **(headers or {})}))

    def confirmed(self, action: str, values: dict[str, Any], reason: str = "") -> httpx.Response:
        told = self.post(f"/api/ask/{action}", values)
        assert told.status_code == 200, told.text
        return self.post(f"/api/do/{action}", {"confirmation": told.json()["confirmation"], "reason": reason})

    def _sent(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        own: Headers = {TOKEN_HEADER: self.guard.token, "sec-fetch-site": "same-origin"}
        here = f"127.0.0.1:{self.guard.port}"
        sent = {name: value for name, value in {**own, **headers}.items() if value is not None}
        return [(name.encode(), value.replace("{here}", here).encode()) for name, value in sent.items()]


def head(stack: Stack) -> tuple[int, str]:
    found = stack.revisions.head()
    return (found.revision, found.state) if found else (0, "none")
