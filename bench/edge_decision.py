"""Instructions that one decision of the edge costs in njs.

Each scenario runs the built viewer-request function N and 2N times under callgrind; the difference over N is the cost
of one request, without the engine's start. That repeats from run to run, which times on a shared machine do not.
A run makes each event anew by JSON.parse; a function that returns its request shows what that costs for the same
event, and the table takes it off. Reading the config stays in.

    .venv/bin/python bench/edge_decision.py [--write]

needs `apt-get install njs valgrind nodejs npm`, the last two before `make install`.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.build import built_from
from edge.njs import harness_repeated, prelude
from edge.source import BUILD, assemble, read_sources
from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp, killed_config
from gray.edge.grants import EdgeKeys, sign_cookie, sign_link, sign_pin
from gray.release.origin import Origin
from gray.release.user_lists import build_shards, place, shard_key

NOW = 1_800_000_000
KEYS = EdgeKeys((("a", "k" * 43), ("b", "l" * 43)))
SALT = "8f3kq1zt"
ANONYMOUS = "aZ09_-aZ09_-aZ09_-aZ09"
RESULTS = Path(__file__).parent / "results" / "edge_decision.md"
STICKY_DOCUMENT = "sticky, document"
EMPTY = """import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) { const text = await store.get('config'); return text ? event.request : null; }
"""
BARE = "async function handler(event) { return event.request; }\n"


@dataclass(frozen=True)
class Scenario:
    """A request that always goes the same way; `expected` is the version it ends with, or the status of an answer."""

    name: str
    code: str
    event: dict[str, Any]
    store: dict[str, str]
    expected: str
    aim: int = 0


def event(uri: str = "/orders", **fields: dict[str, str]) -> dict[str, Any]:
    """A viewer-request event as a browser makes it: 16 headers."""
    headers = {f"x-header-{n}": "some value of usual length" for n in range(12)}
    headers |= {"host": "example.com", "accept": "text/html", "user-agent": "Mozilla/5.0", "accept-language": "de"}
    request: dict[str, Any] = {
        "method": "GET",
        "uri": uri,
        "querystring": {},
        "headers": _fields(headers),
        "cookies": {},
    }
    request |= {name: _fields(values) for name, values in fields.items() if name != "headers"}
    request["headers"] |= _fields(fields.get("headers", {}))
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d1.cloudfront.net",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLE",
        },
        "viewer": {"ip": "198.51.100.7"},
        "request": request,
    }


def _fields(values: dict[str, str]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in values.items()}


def config(rules: list[dict[str, Any]], **more: Any) -> dict[str, str]:
    """The store's keys of a release with these rules."""
    document = {
        "salt": SALT,
        "lanes": ["v2", "v3"],
        "identity": {"kind": "plain", "sources": ["cookie:uid"]},
        "rules": rules,
        **more,
    }
    compiled = compile_release(
        read_release(document),
        Stamp(417, 96, 12, until=NOW + 86_400),
        EdgeContext(
            {
                "v2": (Origin("api", "rest-api", "a1b2c3d4e5", "live"),),
                "v3": (Origin("api", "rest-api", "f6g7h8i9j0", "live"),),
            },
            "eu-central-1",
            KEYS,
        ),
    )
    parts = {f"c.417.{number}": part for number, part in enumerate(compiled.parts, 1)}
    return {"config": compiled.config, **parts}


TEN: list[dict[str, Any]] = [
    {"id": "beta", "lane": "v2", "when": {"cookie": {"name": "beta", "equals": "1"}}},
    {"id": "partner", "lane": "v2", "when": {"header": {"name": "x-partner", "one_of": ["acme", "globex"]}}},
    {"id": "campaign", "lane": "v2", "when": {"query": {"name": "utm_campaign", "prefix": "gray-"}}},
    {"id": "shop", "lane": "v2", "when": {"all": [{"path": "/shop/*"}, {"country": ["AT", "CH"]}]}},
    {"id": "office", "lane": "v2", "when": {"ip": ["203.0.113.0/24", "2001:db8::/33"]}},
    {"id": "phones", "lane": "v2", "when": {"all": [{"device": "mobile"}, {"country": "NZ"}]}},
    {"id": "night", "lane": "v2", "when": {"time": {"to": "2026-01-01T00:00:00Z"}}},
    {"id": "preview", "lane": "v3", "when": {"cookie": {"name": "preview", "exists": True}}},
    {"id": "small", "lane": "v3", "percent": 1, "when": {"not": {"path": "/admin/*"}}},
    {"id": "ramp", "lane": "v2", "percent": 5},
]


def scenarios() -> Iterator[Scenario]:
    """What the issue names, and what surrounds it."""
    static = (BUILD / "request_static.js").read_text(encoding="utf-8")
    api = (BUILD / "request_api.js").read_text(encoding="utf-8")
    ten = config(TEN)
    grant = sign_cookie(KEYS, salt=SALT, id=ANONYMOUS, lane="v2", epoch=12, expiry=NOW + 9_000)
    sticky = event(cookies={"__Host-gray": grant, "theme": "dark"})
    yield Scenario("reads the config, returns its request", EMPTY, event(), ten, "none")
    yield Scenario("file of a lane (no decision)", static, event("/v2/app.js"), ten, "v2")
    yield Scenario(STICKY_DOCUMENT, static, sticky, ten, "v2", 72_000)
    calls = event("/api/orders", cookies={"__Host-gray": grant}, headers={"x-gray-pin": "v2"})
    yield Scenario("sticky, API with its origin", api, calls, ten, "v2", 90_000)
    pin = sign_pin(KEYS, salt=SALT, lane="v2", epoch=12, expiry=NOW + 86_400)
    calls = event("/api/orders", headers={"x-gray-pin": pin})
    yield Scenario("API of a page with a pin, no cookie", api, calls, ten, "v2")
    link = sign_link(KEYS, salt=SALT, lane="v2", epoch=12, expiry=NOW + 3_600)
    yield Scenario("link", static, event(querystring={"gray-link": link}), ten, "302")
    known = event(cookies={"uid": "u1", "__Host-gray": f"{ANONYMOUS}.v1.11.{NOW + 9_000}.-.-.-"})
    yield Scenario("10 rules missed, known viewer", static, known, ten, "v1", 165_000)
    yield Scenario("10 rules missed, first visit", static, event(), ten, "v1", 165_000)
    half = config([{"id": "ramp", "lane": "v2", "percent": 50}])
    yield Scenario("percent, in", static, event(cookies={"uid": "u3"}), half, "v2", 155_000)
    ids = [f"user-{number}" for number in range(20_000)]
    shards = build_shards(ids, salt="ab12", shards=103)
    number, _ = place("user-77", salt="ab12", shards=103)
    lists = {"staff": {"digest": "a" * 64, "ids": 20_000, "shards": 103, "salt": "ab12"}}
    listed = config([{"id": "staff", "lane": "v2", "when": {"list": "staff"}}], lists=lists)
    listed[shard_key("staff", number)] = shards[number]
    yield Scenario("list hit", static, event(cookies={"uid": "user-77"}), listed, "v2", 195_000)
    yield Scenario("killed", static, sticky, {"config": killed_config(418, 97, 13)}, "v1", 76_000)


@dataclass(frozen=True)
class Part:
    """A part of a decision: what it does, the call that does it, and the parts in it that have rows of their own."""

    name: str
    code: str
    inner: tuple["Part", ...] = ()

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Part":
        """One of edge_decision_parts.json, which calls the sources' own functions."""
        return cls(plain["name"], plain["code"], tuple(map(cls.read, plain.get("inner", ()))))


PARTS = """
const request = event.request;
const time = Math.floor(Date.now() / 1000);
const raw = single(request.cookies['__Host-gray']);
const cookie = raw.split('.', 8);
const config = text.split('|', REGION);
"""


def ran(program: str) -> tuple[int, str]:
    """Instructions of a whole run, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "program.js"), Path(folder, "out")
        file.write_text(program, encoding="utf-8")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "njs", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        counted = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
        if counted is None:
            sys.exit(f"callgrind counted nothing: {done.stderr[-500:]}")
        return int(counted.group(1)), done.stdout


def instructions(scenario: Scenario, requests: int) -> int:
    """Instructions of a run with so many requests; checks that each went the expected way."""
    counted, said = ran(harness_repeated(scenario.code, scenario.event, scenario.store, NOW, requests))
    if scenario.expected != "none" and f"went {scenario.expected}" not in said:
        sys.exit(f"{scenario.name}: {said} where {scenario.expected} was expected")
    return counted


def cost(scenario: Scenario, requests: int) -> int:
    """Instructions of one request."""
    return round((instructions(scenario, 2 * requests) - instructions(scenario, requests)) / requests)


def own_cost(scenario: Scenario, requests: int) -> int:
    """Instructions of one request without those of making its event and returning it."""
    return cost(scenario, requests) - cost(replace(scenario, code=BARE, expected="none"), requests)


def part_cost(code: str, scenario: Scenario, times: int) -> int:
    """Instructions of one part of the static function, without the loop around it."""
    given = (
        f"Date.now = function () {{ return {NOW * 1000}; }};\n"
        f"const event = JSON.parse({json.dumps(json.dumps(scenario.event))});\n"
        f"const text = {json.dumps(scenario.store['config'])};\n"
    )
    function = assemble("request_static", read_sources())

    def loop(body: str, count: int) -> int:
        built = built_from({"part": f"{function}{PARTS}function part() {{ {body}; }}\n"}, parts=True)["part"]
        return ran(prelude(f"{given}{built}\nfor (let i = 0; i < {count}; i++) part();\n"))[0]

    whole, empty = (loop(body, 2 * times) - loop(body, times) for body in (code, ""))
    return round((whole - empty) / times)


def made_of(parts: Iterable[Part], scenario: Scenario, times: int) -> Iterator[tuple[str, int]]:
    """A row for each part: what it costs without those in it."""
    for part in parts:
        inner = list(made_of(part.inner, scenario, times))
        yield part.name, part_cost(part.code, scenario, times) - sum(cost for _, cost in inner)
        yield from inner


def sticky_rows(times: int) -> Iterator[tuple[str, int]]:
    """What a sticky document is made of, with the read and the rest; the rows are the whole."""
    scenario = next(one for one in scenarios() if one.name == STICKY_DOCUMENT)
    reading = next(one for one in scenarios() if one.code == EMPTY)
    rows = [("the read, as the bench has it, and the await", own_cost(reading, times))]
    sticky = json.loads(Path(__file__).with_name("edge_decision_parts.json").read_text(encoding="utf-8"))
    rows += made_of(map(Part.read, sticky), scenario, times)
    yield from rows
    whole = own_cost(scenario, times)
    yield "the rest: the loop around, two headers and the path written", whole - sum(cost for _, cost in rows)
    yield "the whole", whole


def main() -> None:
    """Prints the tables; writes them with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=150)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    for tool in ("njs", "valgrind"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed: apt-get install {tool}")
    lines = ["| request | instructions | aim |", "|---|---:|---:|"]
    for scenario in scenarios():
        taken = own_cost(scenario, options.requests)
        lines.append(f"| {scenario.name} | {taken:,} | {f'{scenario.aim:,}' if scenario.aim else ''} |")
        print(lines[-1], flush=True)
    lines += ["", "What a sticky document is made of:", "", "| part | instructions |", "|---|---:|"]
    for name, taken in sticky_rows(options.requests):
        lines.append(f"| {name} | {taken:,} |")
        print(lines[-1], flush=True)
    if options.write:
        RESULTS.write_text(_page(lines, options.requests), encoding="utf-8")


def _page(lines: list[str], requests: int) -> str:
    njs = subprocess.run(["njs", "-v"], capture_output=True, text=True, check=True).stdout.strip()
    sizes = ", ".join(f"{path.stem} {path.stat().st_size:,}" for path in sorted(BUILD.glob("*.js")))
    return (
        "# Instructions per decision at the edge\n\n"
        f"njs {njs}, {platform.machine()}, valgrind callgrind; `(Ir(2N) - Ir(N)) / N`, N = {requests}. "
        "Command: `.venv/bin/python bench/edge_decision.py --write`. What it "
        "takes to make the event and to return its request is taken off; reading the config is in.\n\n"
        + "\n".join(lines)
        + "\n\n"
        f"Bytes as uploaded (10,240 fit): {sizes}.\n"
    )


if __name__ == "__main__":
    main()
