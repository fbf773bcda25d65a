"""User lists: what it takes to lay out and publish 10,000, 100,000 and 1,000,000 ids, and what they take of the store.

Each size runs in a process of its own, so that its peak of memory is its own: `put` is what `grayctl list put` does
with a list that is there and 100 changed ids (50 go, 50 come), `compile` what sync does with the file in S3. False
positives are counted on ids that are not on the list, false negatives on all that are, and a sample of both is asked
of the built edge function. UpdateKeys calls are counted on the store in memory that the tests use.
Run: `.venv/bin/python bench/lists.py [--write]`
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from gray.release.user_lists import build_shards, canonical, place, plan_list, shard_key  # noqa: E402 - found by the line above

RESULTS = Path(__file__).parent / "results" / "lists.md"
SIZES = (10_000, 100_000, 1_000_000)
OUTSIDERS = 4_000_000
SALT, NAME = "ab12", "staff"
MOST_MEGABYTES, MOST_STORE, MOST_RATE, MOST_CALLS = 512, 5 * 1024 * 1024, 1e-4, 3
Figures = dict[str, float]


def member(number: int) -> str:
    """An id as applications have them."""
    return f"customer-{number:08d}@example.org"


def members(size: int) -> Iterator[str]:
    return (member(number) for number in range(size))


def megabytes() -> float:
    """The most that this process has taken so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compile_list(size: int, file: Path) -> Figures:
    """The file's ids, as they are read, to shards; then how good these are."""
    shards = plan_list(size, name=NAME).shards
    started = time.process_time()
    with file.open(encoding="utf-8") as lines:
        values = build_shards(map(canonical, lines), salt=SALT, shards=shards)
    seconds, peak = time.process_time() - started, megabytes()
    marks = [frozenset(value[at : at + 4] for at in range(1, len(value), 4)) for value in values]
    missed = sum(not _is_on(one, marks) for one in members(size))
    taken = sum(_is_on(f"visitor-{number}", marks) for number in range(OUTSIDERS))
    _ask_the_edge(values, size, marks)
    stored = sum(len(value) + len(shard_key(NAME, number)) for number, value in enumerate(values))
    return {
        "seconds": seconds,
        "megabytes": peak,
        "shards": shards,
        "bytes": stored,
        "missed": missed,
        "rate": taken / OUTSIDERS,
    }


def _is_on(identity: str, marks: list[frozenset[str]]) -> bool:
    number, mark = place(identity, salt=SALT, shards=len(marks))
    return "".join(chr(48 + (mark >> shift & 63)) for shift in (18, 12, 6, 0)) in marks[number]


def _ask_the_edge(values: list[str], size: int, marks: list[frozenset[str]]) -> None:
    """The built function says the same of 1,000 who are on the list and 1,000 who are not."""
    from tests.support.edge.user_list import Asked

    asked = Asked(values, salt=SALT, ids=size)
    some = [member(number) for number in range(0, size, max(1, size // 1_000))]
    others = [f"visitor-{number}" for number in range(1_000)]
    for one in [*some, *others]:
        assert (asked.reason(one) == "staff") == _is_on(one, marks), one
        assert len(asked.reads) == 2  # the config, and one shard


def put_list(size: int, file: Path) -> Figures:
    """`grayctl list put` of a file in which 100 ids have changed, up to the upload."""
    from grayctl.actions.user_lists import plan_change, read_ids

    with file.open(encoding="utf-8") as lines:
        digest = plan_list(size, name=NAME)
        before = {"shards": digest.shards, "salt": SALT}
        changed = Path(tempfile.mkdtemp(), "changed.txt")
        kept = (line for number, line in enumerate(lines) if number >= 50)
        with changed.open("w", encoding="utf-8") as out:
            out.writelines(kept)
            out.writelines(f"new-{number}\n" for number in range(50))
    started = time.process_time()
    ids = read_ids(changed).ids
    change = plan_change(NAME, ids, before, members(size), planned=0, restricted=False)
    assert (change.added, change.removed) == (50, 50)
    return {"seconds": time.process_time() - started, "megabytes": megabytes(), "keys": change.keys}


def publish_list(size: int, file: Path) -> Figures:
    """The list published for the first time, then with 100 changed ids: UpdateKeys calls of each."""
    from tests.support.control.world import World, release

    world = World()
    world.register()
    rules = [{"id": "staff", "lane": "v2", "when": {"list": NAME}}]
    shards = plan_list(size, name=NAME).shards
    changed = [*list(members(size))[50:], *(f"new-{number}" for number in range(50))]
    calls: list[int] = []
    for digest, ids in (("1" * 64, list(members(size))), ("2" * 64, changed)):
        world.upload_list(digest, ids)
        entry = {"digest": digest, "ids": size, "shards": shards, "salt": SALT}
        world.save(release(rules=rules, lists={NAME: entry}))
        record = world.publish()
        assert record.status == "published", record
        world.store.history[:-1] = []  # what a test looks back at would fill the memory
        calls.append(record.updates)
    return {"first": calls[0], "again": calls[1]}


PARTS: dict[str, Callable[[int, Path], Figures]] = {"compile": compile_list, "put": put_list, "publish": publish_list}


def measured(size: int) -> dict[str, Figures]:
    """Each part in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ids.txt")
        with file.open("w", encoding="utf-8") as out:
            out.writelines(f"{one}\n" for one in members(size))
        return {part: _in_a_process(part, size, file) for part in PARTS}


def _in_a_process(part: str, size: int, file: Path) -> Figures:
    command = [sys.executable, __file__, "--part", part, "--size", str(size), "--file", str(file)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def row(size: int, found: dict[str, Figures]) -> str:
    """One line of the table."""
    made, put, calls = found["compile"], found["put"], found["publish"]
    return (
        f"| {size:,} | {made['seconds']:.1f} | {made['megabytes']:.0f} | {put['seconds']:.1f} | {put['megabytes']:.0f}"
        f" | {made['shards']:,.0f} | {made['bytes']:,.0f} | {made['bytes'] / size:.2f} | {made['missed']:.0f}"
        f" | {made['rate'] * 1e5:.2f} | {calls['first']:.0f} | {calls['again']:.0f} |"
    )


def missed_aims(found: dict[str, Figures]) -> list[str]:
    """What is not as it is promised."""
    made, put, calls = found["compile"], found["put"], found["publish"]
    promises: dict[str, Any] = {
        f"memory under {MOST_MEGABYTES} MB": max(made["megabytes"], put["megabytes"]) < MOST_MEGABYTES,
        "the store under 5 MB": made["bytes"] < MOST_STORE,
        "no false negative": made["missed"] == 0,
        "false positives at most 1 in 10,000": made["rate"] <= MOST_RATE,
        f"at most {MOST_CALLS} calls for 100 changes": calls["again"] <= MOST_CALLS,
    }
    return [name for name, kept in promises.items() if not kept]


def main() -> None:
    """Prints the table; writes it with --write; fails when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.size, options.file)))
        return
    lines = [
        "| ids | compile s | compile MB | put s | put MB | keys | bytes | bytes/id | false negatives"
        " | false positives in 100,000 | UpdateKeys, new | UpdateKeys, 100 changed |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    print("\n".join(lines))
    broken: list[str] = []
    for size in SIZES:
        found = measured(size)
        lines.append(row(size, found))
        print(lines[-1], flush=True)
        broken += [f"{size:,} ids: not {promise}" for promise in missed_aims(found)]
    if options.write:
        RESULTS.write_text(_page(lines), encoding="utf-8")
    sys.exit("\n".join(broken) or 0)


def _page(lines: list[str]) -> str:
    return (
        "# User lists\n\n"
        f"Python {platform.python_version()}, {platform.machine()}, {_processor()}. "
        "Command: `.venv/bin/python bench/lists.py --write`.\n\n" + "\n".join(lines) + "\n\n"
        "Seconds are of the processor, megabytes the peak of the process with Python and what it imports (26 MB). "
        f"`put` is `grayctl list put` of a list with 100 changed ids, `compile` is sync's. False positives are of "
        f"{OUTSIDERS:,} ids that are not on the list; one read answers a lookup, whatever the size.\n"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else "unknown processor"


if __name__ == "__main__":
    main()
