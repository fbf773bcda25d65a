"""Plays cases of tests/cases/lane on src/lane and on src/lane_node. An outcome is {"value": ...} or {"error": text}."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, APIGatewayRestResolver

from lane import LaneContext, Settings, current
from lane.handlers import each_record, in_lane
from lane.http import outgoing
from lane.identity import identity_cookie
from lane.powertools import LaneMiddleware
from lane.propagation import extract, inject
from lane.settings import read

__all__ = ["FILES", "HAS_NODE", "Node", "Outcome", "cases", "in_python"]

FILES = sorted((Path(__file__).parents[2] / "cases" / "lane").glob("*.json"))
HAS_NODE = shutil.which("node") is not None

_PLAYER = Path(__file__).with_name("play.mjs")

type Given = Mapping[str, Any]
type Outcome = dict[str, Any]


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a file."""
    (path,) = (path for path in FILES if path.stem == name)
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return found


class Node:
    """A process that plays cases on src/lane_node; a `with` block ends it."""

    def __init__(self) -> None:
        command = ["node", str(_PLAYER)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, call: str, given: Given) -> Outcome:
        """The outcome of one case."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # ASCII alone: a half of a surrogate pair goes as its escape.
        self._process.stdin.write(json.dumps({"call": call, "given": given}, default=_encoded) + "\n")
        self._process.stdin.flush()
        outcome: Outcome = json.loads(self._process.stdout.readline())
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._process:
            self._process.communicate(timeout=10)


def in_python(call: str, given: Given) -> Outcome:
    """The same on src/lane."""
    return _played(call, json.loads(json.dumps(given, default=_encoded), object_hook=_revived))[0]


def _played(call: str, given: Given) -> tuple[Outcome, list[str]]:
    """The outcome of a call, and the lines that it wrote."""
    with redirect_stdout(StringIO()) as written:
        try:
            value = _CALLS[call](given)
        except Exception as error:  # noqa: BLE001 - cases expect errors, and show those that they do not
            return {"error": f"{type(error).__name__}: {error}"}, written.getvalue().splitlines()
    outcome: Outcome = json.loads(json.dumps({"value": value}, default=_encoded))
    return outcome, written.getvalue().splitlines()


def _encoded(value: object) -> object:
    if isinstance(value, LaneContext):
        return {name: getattr(value, name) for name in ("lane", "reason", "revision", "to", "members")}
    assert isinstance(value, bytes)
    return {"base64": base64.b64encode(value).decode()}


def _revived(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value.get("base64"), str) else value


def _context(given: Given) -> LaneContext:
    return LaneContext(**{**given["lane"], "members": tuple(given["lane"].get("members", ()))})


def _invocation(given: Given) -> Any:
    seen = given.get("client_context")
    return SimpleNamespace(client_context=SimpleNamespace(**seen) if seen else None)


def _settings(given: Given) -> Callable[[], Settings]:
    return lambda: read({"GRAY_LANE": given["own"], "GRAY_ENVIRONMENT": "test", "POWERTOOLS_SERVICE_NAME": "mail"})


def _sending(send: Callable[..., Any]) -> Callable[[Given], Any]:
    def call(given: Given) -> Any:
        return send(given["parameters"], _context(given), choose=_choose(given))

    return call


def _choose(given: Given) -> inject.ChooseLane:
    to: Mapping[str, str] = given.get("to", {})
    return lambda destination, lane: to.get(destination, lane)


def _read_settings(given: Given) -> Any:
    own = read(given["environ"])
    return {"environment": own.environment, "lane": own.lane, "home": own.home}


def _in_lane(given: Given) -> Any:
    decorate = in_lane(pass_on=given.get("pass_on", False), read_settings=_settings(given))
    return decorate(lambda event, _: {"event": event, "carried": current()})(given["event"], _invocation(given))


def _each_record(given: Given) -> Any:
    carried: list[str] = []

    def handle(_: Any) -> None:
        found = current()
        assert found is not None
        carried.append(found.lane)
        if len(carried) - 1 in given.get("fails", ()):
            raise ArithmeticError("this record fails")

    answer = each_record(handle, given["event"], read_settings=_settings(given))
    return {"carried": carried, "failed": [each["itemIdentifier"] for each in answer["batchItemFailures"]]}


def _api(given: Given) -> Any:
    options = dict(given.get("options", {}))
    event, health, build = given["event"], options.pop("health", ""), options.pop("build", "")
    app = (APIGatewayHttpResolver if event.get("version") == "2.0" else APIGatewayRestResolver)()
    keys = options.pop("origin_keys", None)
    middleware = LaneMiddleware(
        read_settings=_settings(given),
        open_paths=(*options.pop("open_paths", ()), health),
        origin_keys=None if keys is None else lambda: keys,
        **options,
    )
    app.use([middleware])

    @app.get("/x")
    def answered() -> Any:
        found = current()
        return {"carried": json.loads(json.dumps(found, default=_encoded))}

    @app.get("/health")
    def healthy() -> Any:
        return {"lane": given["own"], "build": build}

    @app.get("/fails")
    def fail() -> Any:
        raise ArithmeticError("this request fails")

    answer = app.resolve(event, _invocation(given))
    headers = answer.get("headers") or {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    return {"status": answer["statusCode"], "version": headers["x-gray-version"], "body": json.loads(answer["body"])}


def _metrics(given: Given) -> Any:
    lines = [json.loads(line) for line in _played(given["of"], given)[1]]
    return [
        {"directives": line.pop("_aws")["CloudWatchMetrics"], **line, **({"Latency": 0} if "Latency" in line else {})}
        for line in lines
    ]


_CALLS: dict[str, Callable[[Given], Any]] = {
    "from_event": lambda given: extract.from_event(given["event"], _invocation(given)),
    "from_record": lambda given: extract.from_record(given["record"]),
    "unwrapped": lambda given: extract.unwrapped(given["event"]),
    "enveloped": lambda given: inject.enveloped(given["document"], _context(given)),
    "lambda_invoke": _sending(inject.lambda_invoke),
    "start_execution": _sending(inject.start_execution),
    "send_message": _sending(inject.send_message),
    "send_message_batch": _sending(inject.send_message_batch),
    "publish": _sending(inject.publish),
    "publish_batch": _sending(inject.publish_batch),
    "put_events": lambda given: inject.put_events(given["parameters"], _context(given), "dev", _choose(given)),
    "outgoing": lambda given: outgoing(given["headers"], _context(given)),
    "settings": _read_settings,
    "identity_cookie": lambda given: identity_cookie(given["cookie"], given["value"], given["key"], given["max_age"]),
    "in_lane": _in_lane,
    "each_record": _each_record,
    "api": _api,
    "metrics": _metrics,
}
