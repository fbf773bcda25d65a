"""A registration is read whole, or refused with a line for each mistake; the published schema says the same."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from tests.support.release.registrations import rest_api

from gray.lanes.registration import LaneOrigin, Registration, RegistrationError

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs" / "reference" / "registration.schema.json").read_text(encoding="utf-8")
)
URL = f"https://{'f' * 32}.lambda-url.eu-central-1.on.aws/"
WHOLE: dict[str, Any] = {
    "schema": 1,
    "lane": "v2",
    "build": "2026-11-28.1",
    "origins": [
        rest_api("v2", "a1b2c3d4e5", paths=["/cart", "/checkout"]),
        {
            "id": "users",
            "kind": "http-api",
            "api": "f6",
            "stage": "$default",
            "paths": ["/users/"],
            "health": "/users/health",
            "guard": "header",
        },
        {"id": "pages", "kind": "function-url", "url": URL, "function": "pages-v2", "health": "/", "guard": "oac"},
        {
            "id": "blog",
            "kind": "url",
            "url": "https://blog.example.com/v2/",
            "paths": ["/blog"],
            "health": "/ok",
            "guard": "none",
        },
    ],
    "services": {"stock": "stock-v2"},
    "table": "orders-v2",
    "data": "isolated",
}


def _parse(values: object) -> Registration:
    return Registration.parse("v2", json.dumps(values))


def _changed(path: str, value: Any) -> Any:
    """WHOLE with another value at a path (`origins.0.stage`); None takes it out."""
    values: Any = deepcopy(WHOLE)
    *way, last = path.split(".")
    place = values
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return values


def test_every_kind_is_read() -> None:
    found = _parse(WHOLE)

    assert (found.lane, found.build, found.table, found.data) == ("v2", "2026-11-28.1", "orders-v2", "isolated")
    assert found.services == {"stock": "stock-v2"}
    assert found.origins == (
        LaneOrigin(
            *("api", "rest-api", "a1b2c3d4e5", "live", ("/cart", "/checkout")),
            guard="api-key",
            health="/api/health",
            name="api-v2",
            usage_plan="plana1b2c3d4e5",
            function="f-v2",
            variable="function",
        ),
        LaneOrigin("users", "http-api", "f6", "", ("/users/",), guard="header", health="/users/health"),
        LaneOrigin("pages", "function-url", "f" * 32, signed=True, guard="oac", health="/", function="pages-v2"),
        LaneOrigin("blog", "url", "blog.example.com", "v2", ("/blog",), guard="none", health="/ok"),
    )
    assert all(origin.valid for origin in found.origins)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("schema", 2, "schema: 2 is not a schema of registrations. Use 1."),
        ("schema", True, "schema: true is not a schema of registrations. Use 1."),
        ("lane", "two", 'lane: "two" is not a lane. Lanes are v1 to v99.'),
        ("lane", "v3", "lane: is v3 in the parameter of v2. Write it to the parameter of its lane."),
        ("origins", None, "origins: is missing. Give origins."),
        ("origins", [], "origins: [] is not origins. Give a list of 1 to 4."),
        ("origins", ["a"], 'origins[0]: "a" is not an origin. Give an object.'),
        ("origins.0.kind", "alb", 'origins[0].kind: "alb" is not a kind. Use rest-api, http-api, function-url or url.'),
        ("origins.0.kind", None, "origins[0].kind: null is not a kind. Use rest-api, http-api, function-url or url."),
        ("origins.0.api", "evil.example/", 'origins[0].api: "evil.example/" is not an API\'s id. It has lower-case'),
        ("origins.0.api", ["a"], 'origins[0].api: ["a"] is not an API\'s id.'),
        ("origins.0.stage", "li/ve", 'origins[0].stage: "li/ve" is not a stage\'s name. It has letters, digits'),
        ("origins.0.stage", "$default", 'origins[0].stage: "$default" is not a stage\'s name.'),
        ("origins.0.stag", "live", "origins[0].stag: is not known. Use id, kind, api, stage, name, health, guard"),
        ("origins.0.paths", ["/cart*"], 'origins[0].paths[0]: "/cart*" is not the beginning of a path. Begin with /;'),
        ("origins.0.paths", ["/a:b"], 'origins[0].paths[0]: "/a:b" is not the beginning of a path.'),
        ("origins.0.paths", [], "origins[0].paths: [] is not paths. Give a list of 1 to 8."),
        ("origins.0.paths", ["/users/"], "origins[1].paths: /users/ is at another origin too. Name it at one of them."),
        ("origins.0.paths", None, "origins[2].paths: every path is at another origin too."),
        ("origins.0.paths", [f"/{n}" for n in range(6)], "origins: have 9 paths. Keep to 8 in all."),
        ("origins.0.id", "pages", "origins[2].id: pages is there twice. Give each origin its own id."),
        ("origins.0.guard", "oac", 'origins[0].guard: "oac" is not a guard of the kind rest-api. Use api-key,'),
        ("origins.0.guard", "none", "origins[0].usage_plan: belongs to the guard api-key. Give both, or neither."),
        ("origins.0.usage_plan", None, "origins[0].usage_plan: belongs to the guard api-key. Give both, or neither."),
        ("origins.0.kill.function", None, "origins[0].kill.function: is missing. Give a function's name."),
        ("origins.0.health", "health", 'origins[0].health: "health" is not a health check\'s path. Begin with /;'),
        ("origins.1.guard", "api-key", 'origins[1].guard: "api-key" is not a guard of the kind http-api. Use'),
        ("origins.2.url", "https://evil.io/", 'origins[2].url: "https://evil.io/" is not a function URL. Write'),
        ("origins.3.url", "http://blog.example.com", 'origins[3].url: "http://blog.example.com" is not a URL. Write'),
        ("origins.3.url", "https://evil.io:8443", 'origins[3].url: "https://evil.io:8443" is not a URL.'),
        ("origins.3.url", "https://localhost", 'origins[3].url: "https://localhost" is not a URL.'),
        ("services", ["a"], 'services: ["a"] is not functions by service. Give an object.'),
        ("services.stock", "arn:aws:x", 'services.stock: "arn:aws:x" is not a function\'s name. Give the name'),
        ("data", "mine", 'data: "mine" is not where the lane\'s data is. Use isolated or shared.'),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place_and_the_way_out(path: str, value: Any, told: str) -> None:
    with pytest.raises(RegistrationError) as refused:
        _parse(_changed(path, value))

    assert told in refused.value.problems[0], refused.value.problems
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("text", ["", "nonsense", "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(RegistrationError, match=r"lanes/v2: is not JSON. Deploy the lane's stack again."):
        Registration.parse("v2", text)


@pytest.mark.parametrize("text", ["[]", "1", "null"])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(RegistrationError, match=r"is not a registration. Give an object."):
        Registration.parse("v2", text)


def test_all_mistakes_are_told_at_once() -> None:
    values = _changed("origins.0.stage", "a b")
    values["origins"][3]["guard"] = "oac"
    del values["schema"]

    with pytest.raises(RegistrationError) as refused:
        _parse(values)

    assert [line.partition(":")[0] for line in refused.value.problems] == [
        "schema",
        "origins[0].stage",
        "origins[3].guard",
    ]


def _paths_of(value: Any, start: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [start, *(path for name, one in inner for path in _paths_of(one, (*start, name)))]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 2),
    st.text(max_size=5),
    st.sampled_from(
        ["v2", "live", "/x", "oac", "header", "none", "rest-api", "url", URL, [], {}, ["/x"], ["/x", "/y"]]
    ),
)
# What the schema cannot say: it is about two fields at once.
ACROSS = ("is there twice", "at another origin too", "belongs to the guard api-key", "in all.", "the parameter of")


@settings(max_examples=400, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(_paths_of(WHOLE)[1:]), st.sampled_from(["set", "drop", "add"]), ODD)
def test_the_published_schema_and_the_reader_agree(path: tuple[Any, ...], way: str, odd: Any) -> None:
    values: Any = deepcopy(WHOLE)
    *steps, last = path
    place = values
    for step in steps:
        place = place[step]
    if way == "drop":
        del place[last]
    elif way == "add" and isinstance(place, dict):
        place["another"] = odd
    else:
        place[last] = odd
    try:
        _parse(values)
        told: tuple[str, ...] = ()
    except RegistrationError as error:
        told = error.problems
    of_schema = [line for line in told if not any(words in line for words in ACROSS)]

    assert bool(of_schema) == (not Draft202012Validator(SCHEMA).is_valid(values)), (told, values)


PAGE = (Path(__file__).parents[4] / "docs" / "registration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
def test_the_pages_examples_are_registrations(example: str) -> None:
    assert Registration.parse("v2", example).origins
