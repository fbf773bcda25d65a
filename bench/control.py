"""The control plane: AWS calls of its runs, its price a month, its cold start, and its way from a command to the store.

Calls are counted on the services in memory that the tests use: the code is the functions' own, so the numbers are
exact. Prices are those of tools/grayctl/prices.toml. `--imports` measures what a cold start imports; `--stack` deploys
the local stack and times the stream path (takes minutes).
Run: `.venv/bin/python bench/control.py [--imports] [--stack] [--write]`
"""

import argparse
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.support.control.world import Hook, Moment, World, release  # noqa: E402 - found by the line above

from gray.publish.repair.drift import check_drift  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "control.md"
RUNS_A_MONTH = 30 * 24 * 12
HOURS_A_MONTH = 30 * 24
CHANGES_A_MONTH = 100
PAID = "store."
WRITES = ("put_item", "update_item", "transact_write_items")


@dataclass(frozen=True)
class Run:
    """One kind of run: its AWS calls, and how often a month it happens."""

    title: str
    calls: Counter[str]
    monthly: int

    @property
    def store(self) -> int:
        return sum(number for call, number in self.calls.items() if call.startswith(PAID))

    @property
    def updates(self) -> int:
        return self.calls["store.update_keys"]

    @property
    def table_writes(self) -> int:
        return sum(self.calls[f"dynamodb.{name}"] for name in WRITES)

    @property
    def table_reads(self) -> int:
        return sum(n for call, n in self.calls.items() if call.startswith("dynamodb.")) - self.table_writes


def runs() -> Iterator[Run]:
    """Each kind of run, on a world where v2 is live and a release with one rule is published."""
    world = World()
    world.register()
    world.save(release(20))
    world.scheduled()
    yield Run("schedule, nothing to do", _counted(lambda hook: world.scheduled(hook)), RUNS_A_MONTH)
    yield Run(
        "hourly drift check", _counted(lambda hook: check_drift(world.control_plane(hook), every=0)), HOURS_A_MONTH
    )
    world.save(release(30))
    yield Run("change of one rule", _counted(lambda hook: world.scheduled(hook)), CHANGES_A_MONTH)
    yield Run("stream event for what is published", _counted(lambda hook: world.scheduled(hook)), 0)
    world.time += 13 * 3600
    yield Run("renewal of the lease", _counted(lambda hook: world.scheduled(hook)), 60)
    world.kill()
    yield Run("kill", _counted(lambda hook: world.publish(hook)), 1)


def _counted(run: Callable[[Hook], object]) -> Counter[str]:
    calls: Counter[str] = Counter()

    def note(moment: Moment, call: str) -> None:
        if moment == "before":
            calls[call] += 1

    run(note)
    return calls


def price(found: list[Run]) -> list[tuple[str, float]]:
    """US dollars a month by service, without free tiers. A run is taken as 0.3 s of 1,024 MB (SyncMemory)."""
    prices = tomllib.loads((REPOSITORY / "tools" / "grayctl" / "prices.toml").read_text(encoding="utf-8"))

    def of(name: str) -> float:
        return float(prices[name]["price"])

    def total(count: Callable[[Run], int]) -> int:
        return sum(count(run) * run.monthly for run in found)

    invocations = RUNS_A_MONTH + 2 * CHANGES_A_MONTH
    return [
        ("KeyValueStore API calls", total(lambda run: run.store) * of("store_call")),
        (
            "DynamoDB",
            total(lambda run: run.table_writes) * of("dynamodb_write")
            + total(lambda run: run.table_reads) * of("dynamodb_read"),
        ),
        ("Lambda", invocations * (of("lambda_request") + 0.3 * of("lambda_gb_second"))),
        ("Secrets Manager, 2 secrets", 2 * of("secret")),
        (
            "health checks at the gray API",
            total(lambda run: run.calls["lane.health"])
            * (of("api_request") + of("lambda_request") + 0.05 * of("lambda_gb_second")),
        ),
    ]


def imports() -> list[tuple[str, int]]:
    """Milliseconds of CPU time of importing, median of 7 fresh processes with compiled bytecode.

    CPU time, as the machine's other work must not decide which variant wins.
    """
    names = "dynamodb ssm s3 secretsmanager cloudfront-keyvaluestore cloudfront sns events apigateway lambda"
    every = str(tuple(names.split()))
    clients = "[boto3.client(n, region_name='us-east-1') for n in {}]"
    what = {
        "before: all imported, all ten clients made": (
            f"import sync.app, boto3; import gray.edge.compile, gray.release.validation.whole; {clients.format(every)}"
        ),
        "now: the function (sync.app)": "import sync.app",
        "now: an idle run (clients of DynamoDB and SSM)": (
            f"import sync.app, boto3; {clients.format("('dynamodb', 'ssm')")}"
        ),
        "of it, boto3 (and awscrt, which botocore imports wherever it is installed)": "import boto3",
        "pydantic and the release model, when a release is published": "import gray.edge.check",
    }
    return [(title, _import_time(code)) for title, code in what.items()]


def modules() -> list[tuple[int, str]]:
    """The ten dearest modules of the function's import: own milliseconds."""
    lines = _python("import sync.app", "-X", "importtime").stderr.splitlines()
    found: Counter[str] = Counter()
    for line in lines:
        match = re.match(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", line)
        if match:
            found[match[2].split(".")[0]] += int(match[1])
    return [(round(micros / 1000), name) for name, micros in found.most_common(10)]


def _import_time(code: str) -> int:
    timed = f"import time; a = time.process_time()\n{code}\nprint(time.process_time() - a)"
    _python(timed)
    return round(1000 * statistics.median(float(_python(timed).stdout) for _ in range(7)))


def _python(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "",
        "PYTHONPATH": str(REPOSITORY / "src"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def stream_path(number: int = 50) -> tuple[float, list[float]]:
    """Seconds from the conditional write of a revision to `config` in the store, through the real stream function.

    The first one apart: it starts the function, and is the first to ask for a health check of a lane, which starts the
    lane's.
    """
    from gray.edge.config import stamped
    from gray.history.revisions import Revisions
    from gray.publish.store.store import Store
    from gray.release.document import Release
    from graylocal.stack import LocalStack

    with tempfile.TemporaryDirectory() as folder, LocalStack("test", state=Path(folder)) as stack:
        stack.deploy()
        stack.upload("v1")
        stack.upload("v2")
        stack.first_release()
        outputs: Mapping[str, str] = stack.outputs()
        revisions = Revisions(stack.client("dynamodb"), outputs["ConfigTable"])
        store = Store(stack.client("cloudfront-keyvaluestore"), outputs["KeyValueStoreArn"])
        seconds = []
        for percent in range(number + 1):
            rules = [{"id": "ramp", "lane": "v2", "percent": percent}]
            new = Release.model_validate({"salt": "8f3kq1zt", "lanes": ["v2"], "rules": rules})
            started = time.monotonic()
            saved = revisions.save(new, author="bench", reason="bench", via="cli", base=revisions.head())
            while (there := stamped(store.get("config"))) is None or there.revision < saved.number:
                if time.monotonic() - started > 60:
                    raise SystemExit(f"revision {saved.number} did not arrive within 60 s")
                time.sleep(0.01)
            seconds.append(time.monotonic() - started)
        return seconds[0], seconds[1:]


def main() -> None:
    parser = argparse.ArgumentParser()
    for option in ("--imports", "--stack", "--write"):
        parser.add_argument(option, action="store_true")
    options = parser.parse_args()
    text = "\n".join(_report(options.imports, options.stack))
    print(text)
    if options.write:
        RESULTS.write_text(text + "\n", encoding="utf-8")


def _report(with_imports: bool, with_stack: bool) -> Iterator[str]:
    found = list(runs())
    yield f"# Control plane\n\n`bench/control.py`, Python {platform.python_version()}, {platform.machine()}.\n"
    yield "| run | AWS calls | paid store calls | UpdateKeys | table reads | table writes | a month |"
    yield "|---|---|---|---|---|---|---|"
    for run in found:
        yield (
            f"| {run.title} | {run.calls.total()} | {run.store} | {run.updates} | {run.table_reads}"
            f" | {run.table_writes} | {run.monthly:,} |"
        )
    yield (
        "\nEvery call of an idle run: "
        + ", ".join(f"{call} x{n}" for call, n in sorted(found[0].calls.items()))
        + ".\n"
    )
    costs = price(found)
    yield "| price a month | US$ |\n|---|---|"
    yield from (f"| {service} | {dollars:.2f} |" for service, dollars in costs)
    yield f"| **all** | **{sum(dollars for _, dollars in costs):.2f}** |"
    if with_imports:
        yield "\n| cold start: imports | ms of CPU |\n|---|---|"
        yield from (f"| {title} | {milliseconds} |" for title, milliseconds in imports())
        yield "\nDearest packages of `import sync.app` (`-X importtime`, own time, ms): " + ", ".join(
            f"{name} {milliseconds}" for milliseconds, name in modules()
        )
    if with_stack:
        cold, seconds = stream_path()
        worst = max(seconds)
        yield (
            f"\nStream path, conditional write to store, {len(seconds)} times on the local stack: median "
            f"{statistics.median(seconds) * 1000:.0f} ms, worst {worst * 1000:.0f} ms "
            f"(number {seconds.index(worst) + 1}; {sum(one > 2 * statistics.median(seconds) for one in seconds)} took "
            f"more than twice the median). Before them, cold, functions of the lane included: {cold * 1000:.0f} ms."
        )


if __name__ == "__main__":
    main()
