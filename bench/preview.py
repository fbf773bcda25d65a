"""How long `grayctl preview` takes for a million viewers: ids, a table with country and device, and access logs.

Runs what the command runs after it has read the release: 2 processes, each with the built edge function in QuickJS.
`--viewers N` for another size; `--write` puts the table into bench/results/preview.md.
"""

import argparse
import gzip
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gray.release.document import Release
from grayctl.preview.access_logs import Reading, from_logs
from grayctl.preview.pool import PROCESSES, count
from grayctl.preview.sides import Sides, sides
from grayctl.preview.viewers import Viewers, from_file, made_up

RESULT = Path(__file__).parent / "results" / "preview.md"
LIMIT = 30.0
COUNTRIES = ["DE", "FR", "US", "CN", "BR"]
AGENTS = ["Mozilla/5.0 (iPhone) Mobile", "Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPad)"]
HEAD = "#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) cs-uri-query cs(Cookie)\n"


def release(percent: float, identity: bool) -> Release:
    """Two rules before the ramp, as a real release has them."""
    known = {"identity": {"kind": "plain", "sources": ["cookie:uid"]}} if identity else {}
    rules = [
        {"id": "staff", "lane": "v2", "when": {"cookie": {"name": "staff", "exists": True}}},
        {"id": "germany", "lane": "v2", "when": {"country": ["DE"]}, "percent": 50},
        {"id": "ramp", "lane": "v2", "percent": percent},
    ]
    return Release.model_validate({"salt": "abcdefgh", "lanes": ["v2"], "rules": rules, **known})


def change(before: float, after: float, identity: bool) -> Sides:
    """A ramp from one percentage to another."""
    return sides(release(before, identity), release(after, identity), epoch=3, live={"v2"}, read_ids=lambda _digest: ())


def write_table(path: Path, viewers: int) -> None:
    """User ids with country and device."""
    dice = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,country,device\n")
        for number in range(viewers):
            file.write(f"user-{number},{dice.choice(COUNTRIES)},{dice.choice(('mobile', 'desktop'))}\n")


def write_logs(folder: Path, viewers: int) -> None:
    """Two requests a viewer, in four gzip files, cookies logged."""
    dice = random.Random(2)
    for part in range(4):
        with gzip.open(folder / f"E123.2026-11-2{part}.gz", "wt", compresslevel=1, encoding="utf-8") as file:
            file.write(HEAD)
            for number in range(part, viewers, 4):
                agent = dice.choice(AGENTS).replace(" ", "%20")
                start = f"2026-11-24\t10:00:00\t198.51.100.{number % 250}\tGET\t"
                end = f"\t200\t{agent}\t-\tuid=user-{number};%20theme=dark\n"
                file.write(f"{start}/shop/{number % 50}{end}{start}/api/orders{end}")


@dataclass(frozen=True)
class Row:
    """One run. `cpu` is the processors' time in seconds, of all processes: on a busy machine the better figure."""

    name: str
    viewers: int
    seconds: float
    cpu: float


def measured(name: str, both: Sides, viewers: Viewers) -> Row:
    """Count, and take the time."""
    seen = 0

    def advance(more: int) -> None:
        nonlocal seen
        seen += more

    started, used = time.perf_counter(), _processors_time()
    count(both, viewers.lines(), advance)
    row = Row(name, seen, time.perf_counter() - started, _processors_time() - used)
    print(f"{name:<46} {seen:>10,} viewers  {row.seconds:6.1f} s  {row.cpu:6.1f} s of processor")
    return row


def _processors_time() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> int:
    """Exit code 1 when a million viewers took longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="write bench/results/preview.md")
    options = parser.parse_args()
    identity = release(20, True).identity
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table, logs = folder / "viewers.csv", folder / "logs"
        logs.mkdir()
        write_table(table, options.viewers)
        write_logs(logs, options.viewers)
        cases: list[tuple[str, Sides, Callable[[], Viewers]]] = [
            ("random ids, ramp 20 -> 40", change(20, 40, False), lambda: made_up(options.viewers)),
            ("user ids with country and device, 20 -> 40", change(20, 40, True), lambda: from_file(table)),
            ("the same, 40 -> 20 (the epoch rises)", change(40, 20, True), lambda: from_file(table)),
            (
                "access logs, gzip, 2 requests a viewer",
                change(20, 40, True),
                lambda: from_logs(logs, identity, Reading(), "/api/*"),
            ),
        ]
        rows = [measured(name, both, viewers()) for name, both, viewers in cases]
    if options.write:
        RESULT.write_text(page(rows), encoding="utf-8")
    slow = [row.name for row in rows if row.seconds > LIMIT * row.viewers / 1_000_000]
    if slow:
        print(f"slower than {LIMIT:g} s for a million: {', '.join(slow)}")
    return 1 if slow else 0


def page(rows: list[Row]) -> str:
    """The result as a page."""
    lines = [
        "# `grayctl preview`: a million viewers",
        "",
        "Each viewer is asked about twice, under the release as it is and as it would be, by the built edge function in"
        f" QuickJS, {PROCESSES} processes; reading the file, counting and starting the processes included. Goal: below"
        f" {LIMIT:g} s on 2 cores.",
        "",
        f"Machine: {os.cpu_count()} virtual CPUs, {_processor()}, Python {platform.python_version()}; other work was"
        f" running beside it (load {os.getloadavg()[0]:.1f} at the end), which is why the processors' time is told too:"
        " half of it is what two idle processors need. Command: `.venv/bin/python bench/preview.py --write`",
        "",
        "| viewers | number | seconds | seconds of processor | viewers a processor-second |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {row.name} | {row.viewers:,} | {row.seconds:.1f} | {row.cpu:.1f} | {row.viewers / row.cpu:,.0f} |"
            for row in rows
        ),
    ]
    return "\n".join(lines) + "\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    sys.exit(main())
