"""One environment in memory: the config table, S3, Parameter Store, the KeyValueStore, and a clock that tests move.

`World.control_plane(hook)` gives what a run works with, every AWS call of which goes through `hook` first and after.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal, Self, cast

from tests.support.aws.config_table import TABLE
from tests.support.aws.memory_aws import MemoryDynamoDB, MemoryS3, MemorySecrets, MemorySSM
from tests.support.aws.memory_origins import MemoryApiGateway, MemoryHttpApis, MemoryLambda
from tests.support.aws.strict_store import ARN, StrictStore
from tests.support.release.documents import document
from tests.support.release.registrations import registration_text, rest_api

from gray.edge.grants import EdgeKeys
from gray.history.list_files import ListFiles, list_file_key
from gray.history.revision import Revision
from gray.history.revisions import Revisions
from gray.lanes.adoption import Adoption, Owner
from gray.lanes.lane_table import LaneTable
from gray.lanes.ownership import Ownership
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import Registration
from gray.publish.control_plane import Clock, ControlPlane, Edge, History, LaneServices, Notices, Records
from gray.publish.kill import Killed, kill_directly
from gray.publish.publisher import Publisher, PublishRequest, PublishResult
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import CurrentParameter, Published
from gray.publish.records.ledger import LedgerTable
from gray.publish.records.publication_log import PublicationLog, Record
from gray.publish.secrets import read_edge_keys
from gray.publish.store.store import Store
from gray.release.document import Release

PREFIX, BUCKET = "/gray/test", "edge-config"
Moment = Literal["before", "after"]
# Is told of each AWS call, as service.operation, before and after it; may raise, or run something in between.
Hook = Callable[[Moment, str], None]

KEYS = {"identity": "", "newest": "a", "a": "A" * 43}


def release(percent: float | None = 20, **more: Any) -> Release:
    """A release with one rule that leads `percent` of the viewers to v2; no rule for None."""
    rules = [] if percent is None else [{"id": "ramp", "lane": "v2", "percent": percent}]
    return Release.model_validate(document(**{"state": "active", "lease_minutes": 1440, "rules": rules, **more}))


class Interposed:
    """A client whose every call goes through a hook."""

    def __init__(self, service: str, client: Any, hook: Hook) -> None:
        self._service = service
        self._client = client
        self._hook = hook
        self.exceptions = client.exceptions

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)

        def through_hook(**given: Any) -> Any:
            self._hook("before", f"{self._service}.{operation}")
            answer = call(**given)
            self._hook("after", f"{self._service}.{operation}")
            return answer

        return through_hook


def _nothing(moment: Moment, call: str) -> None:
    return None


@dataclass
class World:
    """The services' state. `unhealthy` has what is wrong with a lane, by its name."""

    dynamodb: MemoryDynamoDB = field(default_factory=MemoryDynamoDB)
    s3: MemoryS3 = field(default_factory=MemoryS3)
    ssm: MemorySSM = field(default_factory=MemorySSM)
    store: StrictStore = field(default_factory=StrictStore)
    apigateway: MemoryApiGateway = field(default_factory=MemoryApiGateway)
    http_apis: MemoryHttpApis = field(default_factory=MemoryHttpApis)
    functions: MemoryLambda = field(default_factory=MemoryLambda)
    secrets: MemorySecrets = field(default_factory=lambda: MemorySecrets({"edge-keys": json.dumps(KEYS)}))
    time: float = 1_800_000_000.0
    unhealthy: dict[str, str] = field(default_factory=dict)
    announced: list[Mapping[str, object]] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    switched: dict[str, bool] = field(default_factory=dict)
    origin_keys: tuple[str, ...] = ("originkey",)
    trusted_hosts: tuple[str, ...] = ()

    def control_plane(self, hook: Hook = _nothing) -> ControlPlane:
        def client(service: str, real: object) -> Any:
            return self.client(service, real, hook)

        now = self.clock(hook)
        dynamodb, s3 = client("dynamodb", self.dynamodb), client("s3", self.s3)
        ssm, secrets = client("ssm", self.ssm), client("secretsmanager", self.secrets)
        owner = Owner("111122223333", "eu-central-1", self.origin_keys, "graylane-test-api-v1")
        ownership = Ownership(
            client("apigateway", self.apigateway),
            client("apigatewayv2", self.http_apis),
            client("lambda", self.functions),
            self.trusted_hosts,
        )
        lanes = LaneTable(dynamodb, TABLE)

        def around(call: str, act: Callable[[], None]) -> None:
            hook("before", call)
            act()
            hook("after", call)

        def preflight(lane: Registration, whole: bool) -> str:
            around("lane.health", lambda: None)
            if self.switched.get(lane.lane) is False:
                return f"the API registered as {lane.lane} answers as v1"  # stable's function stands in
            return self.unhealthy.get(lane.lane, "")

        return ControlPlane(
            history=History(
                Revisions(dynamodb, TABLE, now=now, wait=self.sleep, new_id=self.ids(hook)),
                lists=lambda: ListFiles(s3, BUCKET),
            ),
            edge=Edge(
                store=lambda: Store(client("store", self.store), ARN),
                edge_config=lambda: EdgeConfig(s3, BUCKET),
                current=lambda: CurrentParameter(ssm, PREFIX),
                keys=lambda: read_edge_keys(secrets, "edge-keys"),
                region="eu-central-1",
            ),
            records=Records(PublicationLog(dynamodb, TABLE), LedgerTable(dynamodb, TABLE)),
            lanes=LaneServices(
                lanes,
                adoption=lambda: Adoption(
                    client("apigateway", self.apigateway), client("lambda", self.functions), lanes, owner, ownership
                ),
                preflight=preflight,
                switch=lambda lane, own: around(
                    "apigateway.update_stage", lambda: self.switched.update({lane.lane: own})
                ),
                keys=self.origin_keys,
            ),
            parameters=lambda: read_parameters(ssm, PREFIX),
            clock=Clock(now, self.sleep),
            notices=Notices(
                "test",
                announce=lambda detail: around("events.put_events", lambda: self.announced.append(detail)),
                warn=lambda subject, text: around("sns.publish", lambda: self.warned.append(f"{subject}: {text}")),
            ),
        )

    # what a run gets through its hook; a World of another kind may give it something else

    def client(self, service: str, real: Any, hook: Hook) -> Any:
        return Interposed(service, real, hook)

    def clock(self, hook: Hook) -> Callable[[], float]:
        return lambda: self.time

    def ids(self, hook: Hook) -> Callable[[], str]:
        return lambda: str(uuid.uuid4())

    def fork(self) -> Self:
        """Another world like this one that goes its own way. Items are replaced, never changed, so this is cheap."""
        other = type(self)(time=self.time, unhealthy=dict(self.unhealthy))
        other.dynamodb.table = dict(self.dynamodb.table)
        other.s3.objects = dict(self.s3.objects)
        other.ssm.values = {name: list(values) for name, values in self.ssm.values.items()}
        other.store.restore(self.store)
        other.apigateway, other.functions = deepcopy(self.apigateway), deepcopy(self.functions)
        other.http_apis, other.trusted_hosts = deepcopy(self.http_apis), self.trusted_hosts
        other.secrets = MemorySecrets(dict(self.secrets.values))
        other.announced, other.warned = list(self.announced), list(self.warned)
        other.switched = dict(self.switched)
        return other

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    # what people and stacks do

    def register(self, lane: str = "v2", api: str = "api2") -> None:
        """The lane's stack is deployed: its API, its usage plan and its registration."""
        self.apigateway.deploy(api, f"api-{lane}", "live", f"plan{api}")
        text = registration_text(lane, rest_api(lane, api))
        self.ssm.put_parameter(Name=f"{PREFIX}/lanes/{lane}", Value=text, Type="String", Overwrite=True)

    def unregister(self, lane: str = "v2") -> None:
        """The lane's stack is gone."""
        self.ssm.delete_parameter(Name=f"{PREFIX}/lanes/{lane}")

    def save(self, new: Release, *, via: str = "cli", **more: Any) -> Revision:
        revisions = self.control_plane().history.revisions
        return revisions.save(new, author="anna", reason="test", via=via, base=revisions.head(), **more)

    def kill(self) -> Revision:
        return self.control_plane().history.revisions.kill(author="anna", reason="it burns", via="cli")

    def kill_directly(self, hook: Hook = _nothing, *, cause: str = "") -> Killed:
        return kill_directly(self.control_plane(hook).edge.store(), wait=self.sleep, cause=cause)

    def resume(self) -> Revision:
        self.time += 1
        revisions = self.control_plane().history.revisions
        return revisions.resume(author="anna", reason="it is out", via="cli", base=revisions.head())

    def publish(self, hook: Hook = _nothing, **ask: Any) -> Record:
        return Publisher(self.control_plane(hook)).publish(PublishRequest("manual", **{"id": "r", **ask}))

    def scheduled(self, hook: Hook = _nothing) -> PublishResult:
        return Publisher(self.control_plane(hook)).run_if_due(PublishRequest("scheduled"), check_lanes=True)

    def upload_list(self, digest: str, ids: list[str]) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=list_file_key(digest), Body="\n".join(ids).encode())

    # what is seen

    @property
    def current(self) -> Published:
        found = Published.parse(self.ssm.values[f"{PREFIX}/current"][-1])
        assert found
        return found

    @property
    def config(self) -> str:
        return self.store.items["config"]


def edge_keys() -> EdgeKeys:
    """The keys of every World."""
    return read_edge_keys(cast(Any, MemorySecrets({"edge-keys": json.dumps(KEYS)})), "edge-keys")
