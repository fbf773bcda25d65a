"""Decisions a second beside GrowthBook, Unleash and flagd, and whether each would fit into a CloudFront Function.

All evaluate one flag in one process of Node, round about: ten rules that miss, then 5 percent. Theirs is the bare
evaluation of a flag on attributes that are there; ours is the whole viewer-request function, from the event to the
rewritten request, with the cookie read and the store asked. Ours runs in njs and QuickJS too. What would have to be
uploaded is each engine's bundle by esbuild, minified; njs says whether CloudFront's engine would take it.
Run: `.venv/bin/python bench/edge_peers.py [--write]`; needs node, npm and njs. The packages are installed once, as
bench/peers/package-lock.json names them.
"""

import argparse
import json
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.engine import EdgeFunction
from edge.njs import harness_repeated, syntax_error
from edge.source import BUILD
from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp
from gray.edge.grants import EdgeKeys
from gray.release.origin import Origin

PEERS = Path(__file__).parent / "peers"
RESULTS = Path(__file__).parent / "results" / "edge_peers.md"
NOW, SALT = 1_800_000_000, "8f3kq1zt"
UPLOAD_BYTES = 10_240  # DG:cloudfront-limits
BARE = "async function handler(event) { return event.request; }\n"
NAMES = {"graylane": "Graylane", "growthbook": "GrowthBook", "unleash": "Unleash", "flagd": "flagd"}
PACKAGES = {"growthbook": "@growthbook/growthbook", "unleash": "unleash-client", "flagd": "@openfeature/flagd-core"}
RULES: list[dict[str, Any]] = [
    {"id": "beta", "lane": "v2", "when": {"cookie": {"name": "beta", "equals": "1"}}},
    {"id": "partner", "lane": "v2", "when": {"header": {"name": "x-partner", "one_of": ["acme", "globex"]}}},
    {"id": "campaign", "lane": "v2", "when": {"query": {"name": "campaign", "prefix": "gray-"}}},
    {"id": "shop", "lane": "v2", "when": {"all": [{"path": "/shop/*"}, {"country": ["AT", "CH"]}]}},
    {"id": "phones", "lane": "v2", "when": {"all": [{"device": "mobile"}, {"country": "NZ"}]}},
    {"id": "preview", "lane": "v2", "when": {"cookie": {"name": "preview", "equals": "1"}}},
    {"id": "team", "lane": "v2", "when": {"header": {"name": "x-team", "one_of": ["red", "blue"]}}},
    {"id": "plan", "lane": "v2", "when": {"cookie": {"name": "plan", "equals": "trial"}}},
    {"id": "early", "lane": "v2", "when": {"time": {"to": "2024-01-01T00:00:00Z"}}},
    {"id": "language", "lane": "v2", "when": {"cookie": {"name": "language", "equals": "rm"}}},
    {"id": "ramp", "lane": "v2", "percent": 5},
]


@dataclass(frozen=True)
class Speed:
    """Decisions a second of the processor, the median of the rounds, and the share that was turned on."""

    decisions: float
    share: float


def store() -> dict[str, str]:
    """The release with the flag's rules as a location has it."""
    release = read_release(
        {
            "salt": SALT,
            "lanes": ["v2"],
            "identity": {"kind": "plain", "sources": ["cookie:uid"]},
            "rules": RULES,
        }
    )
    compiled = compile_release(
        release,
        Stamp(1, 1, 1, until=NOW + 86_400),
        EdgeContext(
            {"v2": (Origin("api", "rest-api", "a1b2c3d4e5", "live"),)}, "eu-central-1", EdgeKeys((("a", "k" * 43),))
        ),
    )
    return {"config": compiled.config, **{f"c.1.{n}": part for n, part in enumerate(compiled.parts, 1)}}


def viewer(number: int) -> dict[str, Any]:
    """The attributes that the peers are given."""
    return {
        "id": f"user-{number}",
        "path": "/orders",
        "country": "DE",
        "device": "desktop",
        "language": "de",
        "plan": "pro",
        "now": NOW,
    }


def event(number: int) -> dict[str, Any]:
    """The same viewer as CloudFront hands him over, on his second visit."""
    cookies = {"uid": f"user-{number}", "language": "de", "plan": "pro"}
    cookies["__Host-gray"] = f"{number:022d}.v1.1.{NOW + 604_000}.-.-.-"
    headers = {"host": "shop.example", "cloudfront-viewer-country": "DE", "cloudfront-is-desktop-viewer": "true"}
    headers |= {"accept": "text/html", "user-agent": "Mozilla/5.0", "accept-language": "de"}
    return {
        "version": "1.0",
        "context": {"distributionDomainName": "d1.cloudfront.net", "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z"},
        "viewer": {"ip": "198.51.100.7"},
        "request": {
            "method": "GET",
            "uri": "/orders",
            "querystring": {},
            "headers": {name: {"value": value} for name, value in headers.items()},
            "cookies": {name: {"value": value} for name, value in cookies.items()},
        },
    }


def in_node(code: str, viewers: int, rounds: int) -> dict[str, Speed]:
    """All four, in one process."""
    given = {
        "viewers": [viewer(number) for number in range(viewers)],
        "events": [json.dumps(event(number)) for number in range(viewers)],
        "code": code,
        "store": store(),
        "now": NOW,
        "rounds": rounds,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "given.json")
        file.write_text(json.dumps(given), encoding="utf-8")
        done = _ran(["node", "measure.mjs", str(file)])
    found: Mapping[str, list[dict[str, float]]] = json.loads(done)
    # The first round is the engine's warming up.
    return {
        name: Speed(
            viewers / statistics.median(each["seconds"] for each in several[1:]), several[-1]["on"] / viewers * 100
        )
        for name, several in found.items()
    }


def in_njs(code: str, times: int) -> Speed:
    """The function beside the one that returns its request, on the same event: the difference is ours."""
    keys, one = store(), event(7)
    return Speed(times / (_njs_seconds(code, one, keys, times) - _njs_seconds(BARE, one, keys, times)), 0)


def _njs_seconds(code: str, one: Mapping[str, Any], keys: Mapping[str, str], times: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program.js")
        program.write_text(harness_repeated(code, one, keys, NOW, times), encoding="utf-8")
        before = _children()
        subprocess.run(["njs", str(program)], check=True, stdout=subprocess.DEVNULL)
        return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_quickjs(code: str, times: int) -> Speed:
    """As the tests and the local stack run it: called from Python, with Python's digests."""
    function = EdgeFunction(code, store().get)
    events = [event(number) for number in range(times)]
    function.run(events[0], now=NOW)
    started = time.process_time()
    on = sum(function.run(one, now=NOW).lane != "v1" for one in events)
    return Speed(times / (time.process_time() - started), on / times * 100)


def bundle(name: str) -> str:
    """The peer's engine as one minified text, as it would have to be uploaded."""
    return _ran(
        [
            "node_modules/.bin/esbuild",
            f"{name}.mjs",
            "--bundle",
            "--minify",
            "--format=esm",
            "--platform=node",
            "--log-level=error",
        ]
    )


def _refusal(code: str) -> str:
    """What njs says first about the code; empty when it takes it."""
    said = syntax_error(code.replace("export{", "//"))
    first = next((line for line in said.splitlines() if "Error" in line), said)
    return first.partition(" in ")[0].removeprefix("Thrown:").strip()


def _ran(command: list[str]) -> str:
    done = subprocess.run(command, cwd=PEERS, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _versions() -> dict[str, str]:
    lock = json.loads((PEERS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {name: lock[f"node_modules/{package}"]["version"] for name, package in PACKAGES.items()}


def speed_table(node: Mapping[str, Speed], njs: Speed, quickjs: Speed) -> list[str]:
    """Who decides how often."""
    versions = _versions()
    lines = ["| engine | what is run | decisions a second | turned on |", "|---|---|---:|---:|"]
    for name, speed in sorted(node.items(), key=lambda item: -item[1].decisions):
        what = f"one flag, version {versions[name]}" if name in versions else "the whole viewer-request function"
        lines.append(f"| {NAMES[name]} in Node | {what} | {speed.decisions:,.0f} | {speed.share:.1f} % |")
    lines.append(f"| Graylane in njs | the same function | {njs.decisions:,.0f} | |")
    told = "the same function, called from Python"
    lines.append(f"| Graylane in QuickJS | {told} | {quickjs.decisions:,.0f} | {quickjs.share:.1f} % |")
    return lines


def fit_table(code: str) -> list[str]:
    """What would fit where it has to run."""
    lines = ["| engine | bytes | fit into 10,240 | njs |", "|---|---:|---|---|"]
    for name in NAMES:
        text = code if name == "graylane" else bundle(name)
        size, refusal = len(text.encode()), _refusal(text)
        fits = "yes" if size <= UPLOAD_BYTES else f"no, {size / UPLOAD_BYTES:.0f} times too long"
        lines.append(f"| {NAMES[name]} | {size:,} | {fits} | {refusal or 'takes it'} |")
    return lines


def main() -> None:
    """Prints both tables; writes them with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    for tool in ("node", "npm", "njs"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed: apt-get install nodejs npm njs")
    if not (PEERS / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PEERS, check=True)
    code = (BUILD / "request_static.js").read_text(encoding="utf-8")
    node = in_node(code, options.viewers, options.rounds)
    speeds = speed_table(node, in_njs(code, options.viewers), in_quickjs(code, 10_000))
    fits = fit_table(code)
    print("\n".join([*speeds, "", *fits]))
    if options.write:
        RESULTS.write_text(_page(speeds, fits, options.viewers, options.rounds), encoding="utf-8")


def _page(speeds: list[str], fits: list[str], viewers: int, rounds: int) -> str:
    njs = subprocess.run(["njs", "-v"], capture_output=True, text=True, check=True).stdout.strip()
    node = subprocess.run(["node", "-v"], capture_output=True, text=True, check=True).stdout.strip()
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in cpus if line.startswith("model name")]
    return (
        "# The edge beside other engines\n\n"
        f"Node {node}, njs {njs}, Python {platform.python_version()}, {platform.machine()}, {len(names)} x {names[0]}. "
        "Command: `.venv/bin/python bench/edge_peers.py --write`.\n\n"
        f"One flag, ten rules that miss and then 5 percent, for {viewers:,} viewers; seconds of the processor, the "
        f"median of {rounds - 1} rounds in one process. The peers evaluate a flag on attributes that somebody has "
        "already taken out of the request; ours takes the event, cleans headers, reads cookie and store, decides, "
        "rewrites the path and hands the cookie over. In njs the function that returns its request is taken off.\n\n"
        + "\n".join(speeds)
        + "\n\nWould it run in a CloudFront Function? The bundle is esbuild's, minified, of nothing but the evaluation."
        " Nothing was polyfilled.\n\n" + "\n".join(fits) + "\n"
    )


if __name__ == "__main__":
    main()
