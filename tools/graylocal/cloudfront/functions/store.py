"""The KeyValueStore as edge locations see it: read from the deployed store; delayed or incomplete if simulated."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient


@dataclass(frozen=True)
class Simulation:
    """How a location deviates from an immediate and complete one.

    `lag`: seconds until a change arrives. `missing`: keys that are absent for `missing_for` seconds after a change has
    arrived, as users have measured (a location misses keys for 21 to 26 seconds).
    """

    lag: float = 0.0
    missing: frozenset[str] = frozenset()
    missing_for: float = 0.0


@dataclass(frozen=True)
class Generation:
    """All pairs of the store since one moment (monotonic seconds)."""

    since: float
    etag: str
    pairs: Mapping[str, str]


@dataclass
class Locations:
    """The simulated state of each location; other locations are immediate and complete."""

    simulations: dict[str, Simulation] = field(default_factory=dict)
    everywhere: Simulation = field(default_factory=Simulation)

    def of(self, location: str) -> Simulation:
        """The simulation of one location."""
        return self.simulations.get(location, self.everywhere)


class Store:
    """The generations of one KeyValueStore, newest last."""

    def __init__(self, locations: Locations, clock: Callable[[], float] = time.monotonic) -> None:
        self._locations, self._clock = locations, clock
        self._generations: deque[Generation] = deque([Generation(float("-inf"), "", {})], maxlen=64)

    @property
    def etag(self) -> str:
        """The ETag of the newest generation; empty before the first."""
        return self._generations[-1].etag

    def advance(self, etag: str, pairs: Mapping[str, str]) -> None:
        """Add a newer generation."""
        # The first generation existed before any request, so it has arrived everywhere.
        since = self._clock() if self.etag else float("-inf")
        self._generations.append(Generation(since, etag, dict(pairs)))

    def seen_from(self, location: str) -> Mapping[str, str]:
        """The pairs at a location now; they do not change during a function's run."""
        simulation, now = self._locations.of(location), self._clock()
        arrived = now - simulation.lag
        current = next(each for each in reversed(self._generations) if each.since <= arrived)
        if simulation.missing and arrived < current.since + simulation.missing_for:
            return {name: value for name, value in current.pairs.items() if name not in simulation.missing}
        return current.pairs


class View(Mapping[str, str]):
    """The store at one location, pinned during a function's run."""

    def __init__(self, store: Store, location: str) -> None:
        self._store, self._location = store, location
        self._pairs: Mapping[str, str] = {}

    def pin(self) -> None:
        """Pin the current state; the next function run sees nothing newer."""
        self._pairs = self._store.seen_from(self._location)

    def __getitem__(self, key: str) -> str:
        return self._pairs[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def reach_local_hosts(client: "CloudFrontKeyValueStoreClient") -> None:
    """Make a client resolve `<account>.localhost` to 127.0.0.1 (RFC 6761); many resolvers do not."""

    def to_loopback(request: "AWSPreparedRequest", **_: object) -> None:
        parts = urlsplit(request.url)
        if (parts.hostname or "").endswith(".localhost"):
            request.headers["Host"] = parts.netloc
            request.url = urlunsplit(parts._replace(netloc=f"127.0.0.1:{parts.port or 80}"))

    client.meta.events.register("before-send.cloudfront-keyvaluestore", to_loopback)


class StoreFollower:
    """Follows a deployed store by its ETag and reads all keys again after a change."""

    def __init__(self, client: "CloudFrontKeyValueStoreClient", arn: str, store: Store) -> None:
        self._client, self._arn, self._store = client, arn, store

    def look(self) -> bool:
        """Check once; True if there was a newer generation. Raises botocore's errors."""
        etag = self._client.describe_key_value_store(KvsARN=self._arn)["ETag"]
        if etag == self._store.etag:
            return False
        pages = self._client.get_paginator("list_keys").paginate(KvsARN=self._arn, PaginationConfig={"PageSize": 50})
        pairs = {item["Key"]: item["Value"] for page in pages for item in page.get("Items", [])}
        # Changed while reading: the next check reads it completely.
        if self._client.describe_key_value_store(KvsARN=self._arn)["ETag"] != etag:
            return False
        self._store.advance(etag, pairs)
        return True
