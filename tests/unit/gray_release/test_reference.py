"""The examples of docs/reference/edge-config.md are what the code writes and the edge reads."""

import hashlib
import re
from pathlib import Path
from typing import Any

import yaml

from edge.engine import EdgeFunction
from edge.source import BUILD
from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import FIELDS, Stamp, killed_config
from gray.edge.grants import EdgeKeys, sign_cookie, sign_debug, sign_link, sign_pin
from gray.release.document import REASONS
from gray.release.origin import Origin
from gray.release.user_lists import build_shards, shard_key

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "edge-config.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```(\w+)\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE))
KEYS = EdgeKeys((("b", "key-b-of-the-examples-key-b-of-the-ex"), ("a", "key-a-of-the-examples-key-a-of-the-ex")))
SALT, EPOCH, UNTIL = "spring-2027", 12, 1_800_000_000


def test_the_release_compiles_to_the_config() -> None:
    compiled = compile_release(
        read_release(yaml.safe_load(EXAMPLES["yaml"])),
        Stamp(417, 96, EPOCH, until=UNTIL),
        EdgeContext(
            {
                "v2": (Origin("api", "rest-api", "a1b2c3d4e5", "live"),),
                "v3": (Origin("api", "rest-api", "f6g7h8i9j0", "live"),),
            },
            "eu-central-1",
            KEYS,
        ),
    )

    assert compiled.config == EXAMPLES["config"]
    assert compiled.parts == ()
    assert killed_config(418, 97, 13) == EXAMPLES["killed"]


def test_the_heads_fields_are_described_in_order() -> None:
    places = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)

    assert places == [str(place) for place in range(len(FIELDS))]
    assert len(EXAMPLES["config"].split("\n")[0].split("|")) == len(FIELDS) + 1


def test_the_shards() -> None:
    assert build_shards(["ann", "zoë", "🎈"], salt="l1st-salt", shards=2) == EXAMPLES["shards"].split("\n")


def test_what_is_sealed() -> None:
    cookie = sign_cookie(
        KEYS, salt=SALT, id="UjuN-HUsOLV_vzoh1w4s0o", lane="v2", epoch=EPOCH, expiry=UNTIL, identity="zoë"
    )

    assert cookie == EXAMPLES["cookie"]
    assert sign_link(KEYS, salt=SALT, lane="v2", epoch=EPOCH, expiry=UNTIL) == EXAMPLES["link"]
    assert sign_pin(KEYS, salt=SALT, lane="v2", epoch=EPOCH, expiry=UNTIL) == EXAMPLES["pin"]
    assert sign_debug(KEYS, salt=SALT, expiry=UNTIL) == EXAMPLES["debug"]


def test_the_edge_takes_the_examples() -> None:
    shards = {shard_key("staff", n): value for n, value in enumerate(EXAMPLES["shards"].split("\n"))}
    store = {"config": EXAMPLES["config"], **shards}
    edge = EdgeFunction((BUILD / "request_static.js").read_text(encoding="utf-8"), store.get)
    now = UNTIL - 60

    granted = edge.run(_document(cookies={"__Host-gray": EXAMPLES["cookie"], "uid": "zoë"}), now=now)
    linked = edge.run(_document(querystring={"gray-link": EXAMPLES["link"]}), now=now).value
    member = edge.run(_document(cookies={"uid": "🎈"}), now=now)

    assert (granted.value["uri"], granted.page[1:3]) == ("/v2/index.html", [EXAMPLES["pin"], "-"])
    assert (linked["statusCode"], linked["cookies"]["__Host-gray"]["value"].split(".")[1]) == (302, "v2")
    assert member.lane == "v2"


def test_the_explanation_is_in_the_form_that_the_edge_gives() -> None:
    config = EXAMPLES["config"].split("\n")[0] + '\n[["ramp","v2",0,500]];'
    edge = EdgeFunction((BUILD / "request_static.js").read_text(encoding="utf-8"), {"config": config}.get)
    viewer = next(name for name in map(str, range(100_000)) if _bucket(name) == 282)

    assert _explained(edge, viewer) == EXAMPLES["explain"]


def test_every_reason_and_every_deleted_header_is_named() -> None:
    source = (BUILD.parent / "call.js").read_text(encoding="utf-8")
    deleted = re.findall(r"^  delete headers(?:\.|\[')([\w-]+)", source, re.MULTILINE)

    named = set(re.findall(r"`[^`\n]+`", PAGE))

    assert {reason for reason in REASONS if f"`{reason}`" not in named} == set()
    assert deleted
    assert [name for name in deleted if not {f"`{name}`", f"`{name.removeprefix('x-gray')}`"} & named] == []


def _bucket(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{SALT}:{name}".encode()).digest()[:4]) * 10_000 >> 32


def _explained(edge: EdgeFunction, viewer: str) -> str:
    event = _document(cookies={"uid": viewer}, headers={"x-gray-debug": EXAMPLES["debug"]})
    return edge.run(event, now=UNTIL - 60).page[3]


def _document(**fields: dict[str, str]) -> dict[str, Any]:
    request: dict[str, Any] = {"method": "GET", "uri": "/", "querystring": {}, "headers": {}, "cookies": {}}
    request |= {place: {name: {"value": value} for name, value in values.items()} for place, values in fields.items()}
    return {"context": {"requestId": "x"}, "viewer": {"ip": "192.0.2.1"}, "request": request}
