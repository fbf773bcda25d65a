"""Which function each file of `events/` is for, and what a good answer has in it.

The events speak of environment `dev`; `event` gives them for another one. Their order is that of a day: the alarm,
which kills the release, comes last.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graylocal.stack import LocalStack

__all__ = ["CASES", "EDGE", "EVENTS", "Case", "differences", "event", "warm"]

EVENTS = Path(__file__).parents[3] / "events"


@dataclass(frozen=True)
class Case:
    """One event, its function by lane (none: the platform's) and logical id, and a part of the answer."""

    file: str
    lane: str
    function: str
    answer: Any

    def stack(self, environment: str) -> str:
        """The function's stack in samconfig.toml."""
        return f"{environment}-{self.lane}" if self.lane else environment


CASES: tuple[Case, ...] = (
    Case("api-v1-health.json", "v1", "ApiFunction", {"statusCode": 200}),
    Case("api-v1-create.json", "v1", "ApiFunction", {"statusCode": 201}),
    Case("api-v1-list.json", "v1", "ApiFunction", {"statusCode": 200}),
    Case("api-v2-create.json", "v2", "ApiFunction", {"statusCode": 201}),
    Case("api-v2-list.json", "v2", "ApiFunction", {"statusCode": 200}),
    Case("pricing.json", "v1", "PricingFunction", {"unknown": []}),
    Case("stock-v1.json", "v1", "StockFunction", {"hops": [{"service": "stock", "carried": "v1", "served": "v1"}]}),
    Case("stock-v2.json", "v2", "StockFunction", {"hops": [{"service": "stock", "carried": "v2", "served": "v2"}]}),
    Case("fulfilment-v1.json", "v1", "FulfilmentFunction", None),
    Case("fulfilment-v2.json", "v2", "FulfilmentFunction", None),
    Case("data-copy-stream.json", "v1", "DataCopyFunction", {"batchItemFailures": []}),
    Case("data-copy-backfill.json", "v1", "DataCopyFunction", {"next": None}),
    Case("data-copy-report.json", "v1", "DataCopyFunction", {"next": None}),
    Case("data-copy-merge.json", "v1", "DataCopyFunction", {"next": None}),
    Case("sync-stream.json", "", "SyncStreamFunction", {}),
    Case("sync-scheduled.json", "", "SyncScheduledFunction", {}),
    Case("sync-manual.json", "", "SyncManualFunction", {}),
    Case("watch-scheduled.json", "", "WatchFunction", {}),
    Case("trace-check-scheduled.json", "", "TraceCheckFunction", {"mixed": []}),
    Case("sync-alarm.json", "", "SyncManualFunction", {}),
)

EDGE = ("edge-request-api.json", "edge-request-static.json", "edge-response.json")
"""Events of CloudFront Functions: Lambda cannot run them, the engines of `edgerun` do."""


def event(case: Case, environment: str) -> Any:
    """The event for this environment."""
    text = (EVENTS / case.file).read_text(encoding="utf-8")
    return json.loads(text.replace("graylane-dev-", f"graylane-{environment}-").replace('"dev"', f'"{environment}"'))


def warm(stack: LocalStack, lanes: Iterable[str] = ("v1", "v2")) -> None:
    """Start what the APIs call. A viewer is told after three seconds that prices are not available, and a busy machine
    may need longer for the first start of two functions."""
    asked = json.loads((EVENTS / "pricing.json").read_text(encoding="utf-8"))
    for lane in lanes:
        asked["gray"]["baggage"] = f"gray.version={lane}"
        name = f"graylane-{stack.environment}-pricing"
        stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(asked).encode())


def differences(wanted: Any, found: Any, where: str = "answer") -> list[str]:
    """What an answer lacks of what is wanted; members that are not named may be anything."""
    if isinstance(found, Mapping) and "errorMessage" in found:  # what Lambda answers for a handler that raised
        return [f"{where} is {found.get('errorType', 'an error')}: {found['errorMessage']}"]
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return [
            problem
            for name, value in wanted.items()
            for problem in (
                differences(value, found[name], f"{where}.{name}") if name in found else [f"{where}.{name} is missing"]
            )
        ]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [problem for index, pair in pairs for problem in differences(*pair, f"{where}[{index}]")]
    return [] if wanted == found else [f"{where} is {found!r}, not {wanted!r}"]
