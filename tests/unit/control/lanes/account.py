"""An account with lanes, and its adoption."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from tests.support.aws.memory_aws import MemoryDynamoDB
from tests.support.aws.memory_origins import MemoryApiGateway, MemoryHttpApis, MemoryLambda
from tests.support.release.registrations import registration, rest_api

from gray.lanes.adoption import Adoption, Owner, steps
from gray.lanes.lane_table import Lane, LaneTable
from gray.lanes.ownership import Ownership
from gray.lanes.parameters import Parameters
from gray.lanes.registration import Registration

KEYS = ("originkey",)
OWNER = Owner("111122223333", "eu-central-1", KEYS, "graylane-test-api-v1")
V2 = registration("v2", rest_api("v2", "api2"))
STATEMENT = ("graylane-test-api-v1", "gray-v2-api2")


class Account:
    """Origins, the table of lanes, and the adoption between them."""

    def __init__(self) -> None:
        self.api = MemoryApiGateway()
        self.http_apis = MemoryHttpApis()
        self.functions = MemoryLambda()
        self.table = LaneTable(cast(Any, MemoryDynamoDB()), "config")
        self.use(KEYS)

    def use(self, keys: tuple[str, ...], *, stable: str = OWNER.stable_function) -> None:
        """The platform is deployed with these keys of the origin, and with stable's function."""
        self.owner = replace(OWNER, origin_keys=keys, stable_function=stable)
        api, functions = cast(Any, self.api), cast(Any, self.functions)
        ownership = Ownership(api, cast(Any, self.http_apis), functions, ("shop.example.com",))
        self.adoption = Adoption(api, functions, self.table, self.owner, ownership)

    def reconcile(self, *registered: Registration, unreadable: Mapping[str, str] | None = None) -> dict[str, Lane]:
        known = self.table.all()
        for step in steps(parameters_of(*registered, unreadable=unreadable), known, self.owner.origin_keys):
            others = {lane.lane: lane.origins for lane in known.values() if lane.lane != step.name and lane.usable}
            known[step.name] = self.adoption.take(step, others, now=100)
        return self.table.all()


def parameters_of(*registered: Registration, unreadable: Mapping[str, str] | None = None) -> Parameters:
    return Parameters(None, {entry.lane: entry for entry in registered}, unreadable or {})
