"""Lanes as their stacks register them.

A lane's stack writes one parameter, `<prefix>/lanes/<lane>`, and nothing else. Whoever may write that parameter must
not be able to send viewers, or the origin's key, out of this account: a registration counts only after adoption
(gray.lanes.adoption), which asks the service that owns each origin.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gray.lanes.form import Choice, Form, Items, Kinds, Names, Record, Text
from gray.release.origin import (
    API_ID,
    HOST,
    MAX_ORIGINS,
    MAX_PREFIXES,
    NAME,
    PREFIX,
    STAGE,
    URL_ID,
    URL_PATH,
    Kind,
    Origin,
)

__all__ = ["FORM", "LANE", "STABLE", "Guard", "LaneOrigin", "Registration", "RegistrationError"]

STABLE = "v1"
LANE = r"v[1-9][0-9]?"
type Guard = Literal["api-key", "oac", "header", "none"]

_NAME = Text("a name", NAME, "Begin with a lower-case letter; use 32 lower-case letters, digits and - at most.")
_API = Text("an API's id", API_ID, "It has lower-case letters and digits.")
_STAGE = Text("a stage's name", STAGE, "It has letters, digits, - and _.")
_STAGE_OR_DEFAULT = Text("a stage's name", rf"\$default|{STAGE}", "It is $default, or has letters, digits, - and _.")
_FUNCTION = Text("a function's name", r"[A-Za-z0-9_-]{1,64}", "Give the name, not the ARN.")
_FUNCTION_URL = Text(
    "a function URL",
    rf"https://{URL_ID}\.lambda-url\.[a-z0-9-]+\.on\.aws/?",
    "Write https://ID.lambda-url.REGION.on.aws/.",
)
_URL = Text("a URL", rf"https://{HOST}(/{URL_PATH})?/?", "Write https://HOST or https://HOST/PATH, without a port.")
_PREFIX = Text("the beginning of a path", PREFIX, "Begin with /; it is taken as it is written, so leave out *.")
_HEALTH = Text("a health check's path", r"/[!-~]{0,255}", "Begin with /; any 200 counts.")
_PLAIN = Text("a text", r"[^\x00-\x1f]{1,256}", "Use at most 256 characters of one line.")
_VARIABLE = Text("a stage variable's name", r"[A-Za-z0-9_]{1,64}", "Use letters, digits and _.")
_KILL = Record(
    "the kill switch: the stage variable that names the function of every method, and the lane's own function",
    {"variable": _VARIABLE, "function": _FUNCTION},
)
_PLAN = Text("a usage plan's id", r"[A-Za-z0-9-]{1,64}", "It has letters, digits and -.")


def _of_kind(kind: Kind, guards: Sequence[Guard], fields: Mapping[str, Form], **optional: Form) -> Record:
    both: dict[str, Form] = {
        "id": _NAME,
        "kind": Choice("the kind of an origin", [kind]),
        **fields,
        "health": _HEALTH,
        "guard": Choice(f"a guard of the kind {kind}", guards),
    }
    return Record(f"an origin of the kind {kind}", both, {"paths": Items("paths", _PREFIX, MAX_PREFIXES), **optional})


FORM = Record(
    "a registration",
    {
        "schema": Choice("a schema of registrations", [1]),
        "lane": Text("a lane", LANE, "Lanes are v1 to v99."),
        "origins": Items(
            "origins",
            Kinds(
                "an origin",
                "kind",
                {
                    "rest-api": _of_kind(
                        "rest-api",
                        ("api-key", "header", "none"),
                        {"api": _API, "stage": _STAGE, "name": _PLAIN},
                        usage_plan=_PLAN,
                        kill=_KILL,
                    ),
                    "http-api": _of_kind("http-api", ("header", "none"), {"api": _API, "stage": _STAGE_OR_DEFAULT}),
                    "function-url": _of_kind(
                        "function-url", ("oac", "header", "none"), {"url": _FUNCTION_URL, "function": _FUNCTION}
                    ),
                    "url": _of_kind("url", ("header", "none"), {"url": _URL}),
                },
            ),
            MAX_ORIGINS,
        ),
    },
    {
        "build": _PLAIN,
        "services": Names("functions by service", _FUNCTION),
        "table": _PLAIN,
        "data": Choice("where the lane's data is", ["isolated", "shared"]),
    },
)
"""A registration as JSON; docs/reference/registration.schema.json is made of it."""


class RegistrationError(ValueError):
    """When a parameter is not a registration: `problems` has a line for each thing that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class LaneOrigin(Origin):
    """An origin as a lane registers it.

    `guard` keeps viewers from calling it directly; `health` is the path that answers 200. `name` is a REST API's, by
    which its metrics are kept; `usage_plan` takes the origin's key. `function` is what a function URL calls, or what
    the stage variable `variable` names: the kill at the origin.
    """

    guard: Guard = "none"
    health: str = "/"
    name: str = ""
    usage_plan: str = ""
    function: str = ""
    variable: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """The same for two origins that are the same thing."""
        return self.kind, self.address, self.path


@dataclass(frozen=True)
class Registration:
    """What a lane's stack declares. `build` and `table` are empty where it says nothing of them."""

    lane: str
    origins: tuple[LaneOrigin, ...]
    build: str = ""
    services: Mapping[str, str] = field(default_factory=dict)
    table: str = ""
    data: str = ""

    @classmethod
    def parse(cls, lane: str, text: str) -> "Registration":
        """From the parameter `lanes/<lane>`. Raises RegistrationError."""
        try:
            values: Any = json.loads(text)
        except (ValueError, RecursionError):
            raise RegistrationError([f"lanes/{lane}: is not JSON. Deploy the lane's stack again."]) from None
        found = FORM.problems(values, "") or _across(lane, values)
        if found:
            raise RegistrationError(found)
        more = {name: values[name] for name in ("build", "services", "table", "data") if name in values}
        return cls(lane, tuple(map(_origin, values["origins"])), **more)


def _across(lane: str, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with fields that are each right."""
    found = []
    if values["lane"] != lane:
        found.append(f"lane: is {values['lane']} in the parameter of {lane}. Write it to the parameter of its lane.")
    ids: set[str] = set()
    prefixes: set[str] = set()
    for at, origin in enumerate(values["origins"]):
        where = f"origins[{at}]"
        if origin["id"] in ids:
            found.append(f"{where}.id: {origin['id']} is there twice. Give each origin its own id.")
        ids.add(origin["id"])
        for prefix in origin.get("paths", [""]):
            if prefix in prefixes:
                named = prefix or "every path"
                found.append(f"{where}.paths: {named} is at another origin too. Name it at one of them.")
            prefixes.add(prefix)
        if (origin["guard"] == "api-key") != ("usage_plan" in origin):
            found.append(f"{where}.usage_plan: belongs to the guard api-key. Give both, or neither.")
    if len(prefixes) > MAX_PREFIXES:
        found.append(f"origins: have {len(prefixes)} paths. Keep to {MAX_PREFIXES} in all.")
    return found


def _origin(values: Mapping[str, Any]) -> LaneOrigin:
    kill = values.get("kill", {})
    address, path = _address(values)
    return LaneOrigin(
        id=values["id"],
        kind=values["kind"],
        address=address,
        path=path,
        paths=tuple(values.get("paths", [""])),
        signed=values["guard"] == "oac",
        guard=values["guard"],
        health=values["health"],
        name=values.get("name", ""),
        usage_plan=values.get("usage_plan", ""),
        function=kill.get("function") or values.get("function", ""),
        variable=kill.get("variable", ""),
    )


def _address(values: Mapping[str, Any]) -> tuple[str, str]:
    """Address and path, as Origin has them."""
    if "api" in values:
        return values["api"], values["stage"].removeprefix("$default")
    host, _, path = values["url"].removeprefix("https://").partition("/")
    return (host.partition(".")[0] if values["kind"] == "function-url" else host), path.removesuffix("/")
