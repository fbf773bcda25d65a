"""Time from `grayctl ramp` to the first changed answer at the edge: median and worst of 20.

    .venv/bin/python bench/propagation.py [--times 20] [--config-env dev] [--site http://localhost:8080] [--write]

Needs a stack: `make up` in another terminal. Viewers without a cookie ask one after another while the command runs;
the ramp goes from 0 to 100 and back to 0, by turns. The clock starts when `grayctl` is started, so the tenths of a
second of its own start are part of every figure; it is told not to wait for the edge.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

GRAYCTL = Path(sys.executable).with_name("grayctl")
PATIENCE = 60.0  # seconds
RESULTS = Path(__file__).parent / "results" / "propagation.md"


def lane(connection: HTTPConnection) -> str | None:
    """The lane a new viewer gets now."""
    connection.request("GET", "/", headers={"accept": "text/html"})
    answer = connection.getresponse()
    answer.read()
    return answer.getheader("x-gray-version")


def once(connection: HTTPConnection, config_env: str, percent: int, expected: str) -> float:
    """Seconds from the start of the command to the first answer of the expected lane."""
    started = time.perf_counter()
    command = [str(GRAYCTL), "ramp", str(percent), "--yes", "--no-wait", "--config-env", config_env]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while lane(connection) != expected:
        time.sleep(0.01)  # a viewer asking without pause takes the processor from what is measured
        if time.perf_counter() - started > PATIENCE:
            running.kill()
            raise SystemExit(f"no answer from {expected} in {PATIENCE:.0f} s after ramp {percent}")
        if running.poll():
            _, said = running.communicate()
            raise SystemExit(f"grayctl exited {running.returncode}: {said.decode()}")
    seen = time.perf_counter() - started
    _, said = running.communicate()
    if running.returncode:
        raise SystemExit(f"grayctl exited {running.returncode}: {said.decode()}")
    return seen


def table(seen: list[float], load: float) -> str:
    """The committed result: with machine, command and what else the machine did."""
    values = " ".join(f"{each:.2f}" for each in seen)
    return (
        "# From `grayctl ramp` to the first changed answer at the edge\n\n"
        f"`bench/propagation.py --times {len(seen)} --write` beside `make up`: Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} in the end. `grayctl`'s own start is in it; "
        "a real KeyValueStore adds the way to the edge locations.\n\n"
        "| times | median | worst |\n|---|---|---|\n"
        f"| {len(seen)} | {statistics.median(seen):.2f} s | {max(seen):.2f} s |\n\n"
        f"Each, in seconds, up and down by turns: {values}\n"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--config-env", default="dev")
    parser.add_argument("--site", default="http://localhost:8080")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    asked = parser.parse_args()
    site = urlsplit(asked.site)
    connection = HTTPConnection(site.hostname or "localhost", site.port or 80, timeout=30)
    seen = []
    for number in range(asked.times):
        percent, expected = (100, "v2") if number % 2 == 0 else (0, "v1")
        seen.append(once(connection, asked.config_env, percent, expected))
    if asked.write:
        RESULTS.write_text(table(seen, os.getloadavg()[0]), encoding="utf-8")
    figures = {"times": len(seen), "median_s": round(statistics.median(seen), 3), "worst_s": round(max(seen), 3)}
    if asked.json:
        Console().print_json(json.dumps(figures))
        return
    Console().print(
        f"From `grayctl ramp` to the first changed answer at the edge, {len(seen)} times: "
        f"median {figures['median_s']:.2f} s, worst {figures['worst_s']:.2f} s.",
        highlight=False,
    )


if __name__ == "__main__":
    main()
