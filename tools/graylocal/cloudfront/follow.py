"""Follows the deployed stack: the store often; distribution, functions, policies and invalidations less often."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from graylocal.cloudfront.configuration.distribution import Distribution, DistributionReader
from graylocal.cloudfront.edge import Deployed
from graylocal.cloudfront.functions.store import Locations, Store, StoreFollower, reach_local_hosts
from graylocal.cloudfront.origins import bucket_of

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

STORE_INTERVAL = 0.15  # seconds; a command must reach the edge within 2 s, and the sync function needs most of them
STACK_INTERVAL = 1.0

_log = logging.getLogger(__name__)

type Policies = Mapping[str, Mapping[str, Any] | None]


@dataclass(frozen=True)
class Versions:
    """The ETags of a distribution and its functions."""

    distribution: str
    functions: Mapping[str, str] = field(default_factory=dict)


class StackFollower:
    """Reads a distribution with its dependencies, and again when an ETag or a bucket's policy has changed."""

    def __init__(self, session: boto3.Session, endpoint: str, distribution_id: str, locations: Locations) -> None:
        self._cloudfront: CloudFrontClient = session.client("cloudfront", endpoint_url=endpoint)
        self._s3: S3Client = session.client("s3", endpoint_url=endpoint)
        self._session, self._endpoint, self._id, self._locations = session, endpoint, distribution_id, locations
        self._reader = DistributionReader(self._cloudfront)
        self._stores: dict[str, Store] = {}
        self._invalidations: set[str] = set()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def read(self) -> Deployed:
        """Read everything. Reads each new store once before it returns."""
        distribution = self._reader.read(self._id)
        functions = {name: self._reader.function(name) for name in _function_names(distribution)}
        for code in functions.values():
            if code.store and code.store not in self._stores:
                self._follow_store(code.store)
        return Deployed(distribution, functions, self._stores)

    def versions(self, deployed: Deployed) -> Versions:
        """The current ETags."""
        names = _function_names(deployed.distribution)
        return Versions(self._reader.version(self._id), {name: self._reader.function_version(name) for name in names})

    def policies(self, distribution: Distribution) -> Policies:
        """The policy of each bucket that is an origin."""
        buckets = {bucket for origin in distribution.origins.values() if (bucket := bucket_of(origin.domain))}
        return {bucket: self._policy(bucket) for bucket in buckets}

    def new_invalidations(self) -> list[list[str]]:
        """The paths of each invalidation since the last call."""
        pages = self._cloudfront.get_paginator("list_invalidations").paginate(DistributionId=self._id)
        found = [item["Id"] for page in pages for item in page["InvalidationList"].get("Items", [])]
        fresh = [each for each in found if each not in self._invalidations]
        self._invalidations.update(fresh)
        return [self._paths(each) for each in reversed(fresh)]

    def start(
        self, deployed: Deployed, changed: Callable[[Deployed, Policies], None], gone: Callable[[list[str]], None]
    ) -> None:
        """Keep polling in a separate thread; it also calls the callbacks."""
        self.new_invalidations()  # earlier ones do not affect our caches
        known = self.versions(deployed), self.policies(deployed.distribution)

        def look() -> None:
            nonlocal known
            for paths in self.new_invalidations():
                gone(paths)
            now = self.versions(deployed), self.policies(deployed.distribution)
            if now != known:
                fresh = self.read()
                changed(fresh, self.policies(fresh.distribution))
                known = now

        self._repeat(look, STACK_INTERVAL, "stack")

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _paths(self, invalidation: str) -> list[str]:
        answer = self._cloudfront.get_invalidation(DistributionId=self._id, Id=invalidation)
        return list(answer["Invalidation"]["InvalidationBatch"]["Paths"].get("Items", []))

    def _policy(self, bucket: str) -> Mapping[str, Any] | None:
        try:
            policy: Mapping[str, Any] = json.loads(self._s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError:
            return None
        return policy

    def _follow_store(self, arn: str) -> None:
        client = self._session.client("cloudfront-keyvaluestore", endpoint_url=self._endpoint)
        reach_local_hosts(client)
        store = self._stores[arn] = Store(self._locations)
        follower = StoreFollower(client, arn, store)
        follower.look()
        self._repeat(follower.look, STORE_INTERVAL, "store")

    def _repeat(self, look: Callable[[], object], interval: float, name: str) -> None:
        def loop() -> None:
            while not self._stop.wait(interval):
                try:
                    look()
                except Exception as error:  # noqa: BLE001 - on any error of the emulator, the edge keeps its state
                    _log.warning("%s: %s", name, error)

        thread = threading.Thread(target=loop, name=f"follow-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()


def _function_names(distribution: Distribution) -> set[str]:
    return {name for behavior in distribution.behaviors for name in behavior.functions.values()}
