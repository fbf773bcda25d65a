"""A stack as grayctl finds it: CloudFormation, DynamoDB, S3, Parameter Store and Secrets Manager by moto; what moto
lacks (Lambda that runs, the stream, the edge) stands beside it as small servers."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.support.aws.config_table import KEYS, TABLE
from tests.support.aws.moto_writes import written
from tests.support.aws.serving import serving
from tests.support.aws.strict_store import ARN
from tests.support.release.registrations import registration_text, rest_api

from gray.history.revisions import Revisions
from gray.publish.records.current import Published
from gray.publish.records.publication_log import PUBLISHED, PublicationLog, Record

REGION = "us-east-1"
SALT = "abcdefgh"
SAMCONFIG = """
version = 0.1
[test.deploy.parameters]
stack_name = "graylane-test"
region = "us-east-1"
[gray.deploy.parameters]
stack_name = "graylane-gray"
region = "us-east-1"
[empty.deploy.parameters]
stack_name = "graylane-empty"
region = "us-east-1"
"""


class Fault(dict[str, Any]):
    """How the fake sync shall misbehave: changed fields of the record it writes."""


@dataclass
class FakeSync:
    """Publishes HEAD as the sync Lambda does, as far as grayctl can see it: a record and the parameter."""

    records: PublicationLog
    revisions: Revisions
    ssm: Any
    fault: Fault = field(default_factory=Fault)
    requests: list[dict[str, Any]] = field(default_factory=list)
    _stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: int = 0

    def publish(self, trigger: str, request: str = "", *, invalidate: bool = False) -> None:
        with self._lock:
            head = self.revisions.head()
            assert head
            sequence = self.records.next_sequence()
            record = Record(sequence, trigger, revision=head.revision, epoch=head.epoch, state=head.state, id=request)
            status = self.fault.get("status", PUBLISHED)
            record = record.closed(status, 1500, calls=3, keys=2, errors=self.fault.get("errors", []))
            if status == PUBLISHED:
                current = Published(
                    sequence, head.revision, head.epoch, head.state, "d" * 32, 2_000_000_000, 1_764_000_000
                )
                self.ssm.put_parameter(Name="/gray/test/current", Value=current.text(), Type="String", Overwrite=True)
            self.records.put(record)
            if invalidate and status == PUBLISHED and not self.fault.get("unverified"):  # some time after
                self.records.put(replace(record, invalidation="I1", verified="as published"))
            self._seen = head.revision

    def invoked(self, event: dict[str, Any]) -> None:
        """The manual function."""
        self.requests.append(event)
        if event["action"] == "kill":
            self.revisions.kill(author=event["author"], reason=event["reason"], via="sync")
        self.publish("manual", event["id"], invalidate=event["invalidate"])

    def follow_stream(self, written: threading.Event) -> None:
        while not self._stopped:
            written.wait()
            written.clear()
            head = None if self._stopped else self.revisions.head()
            if head and head.revision > self._seen:
                self.publish("stream")

    def stop(self) -> None:
        self._stopped = True


@dataclass
class Edge:
    """What the site answers to any GET: `before` one after the other, then always `headers`; with `body`."""

    headers: dict[str, str] = field(default_factory=lambda: {"x-gray-version": "v1"})
    before: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    body: bytes = b""
    address: str = ""


@dataclass
class Stack:
    """The stack under test and the ways into it."""

    root: Path
    revisions: Revisions
    records: PublicationLog
    sync: FakeSync
    edge: Edge
    s3: Any
    ssm: Any
    secrets: Any
    dynamodb: Any
    functions: dict[str, "Answer"]


@dataclass
class Outcome:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Grayctl = Callable[..., Outcome]
Answer = Callable[[dict[str, Any]], Any]
"""A function: event in, what it answers out; None when it was called asynchronously."""


def deployed(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    ssm = boto3.client("ssm", region_name=REGION)
    secrets = boto3.client("secretsmanager", region_name=REGION)
    s3 = boto3.client("s3", region_name=REGION)
    revisions, records = Revisions(dynamodb, TABLE), PublicationLog(dynamodb, TABLE)
    sync = FakeSync(PublicationLog(dynamodb, TABLE), Revisions(dynamodb, TABLE), ssm)
    edge = Edge()
    by_name: dict[str, Answer] = {"graylane-test-sync-manual": sync.invoked}
    with serving(_site_handler(edge)) as site, serving(functions_handler(by_name)) as functions, written() as stream:
        edge.address = site
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", functions)
        boto3.client("cloudformation", region_name=REGION).create_stack(
            StackName="graylane-test",
            TemplateBody=json.dumps(_template(site)),
            Parameters=[{"ParameterKey": "Environment", "ParameterValue": "test"}],
        )
        keys = {"identity": "", "newest": "a", "a": "A" * 43}
        secrets.create_secret(Name="graylane/test/edge-keys", SecretString=json.dumps(keys))
        secrets.create_secret(Name="graylane/test/api-key", SecretString=json.dumps({"value": "k" * 40}))
        _register_lanes(ssm)
        thread = threading.Thread(target=sync.follow_stream, args=[stream])
        thread.start()
        try:
            yield Stack(project, revisions, records, sync, edge, s3, ssm, secrets, dynamodb, by_name)
        finally:
            sync.stop()
            stream.set()
            thread.join()


def _register_lanes(ssm: Any) -> None:
    for lane, api in (("v1", "stable1"), ("v2", "gray2")):
        value = registration_text(
            lane, rest_api(lane, api), table=f"graylane-test-orders-{lane}", services={}, data="isolated"
        )
        ssm.put_parameter(Name=f"/gray/test/lanes/{lane}", Value=value, Type="String")


def _template(site: str) -> dict[str, Any]:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": TABLE, **KEYS}}
    outputs = {
        "SiteUrl": f"{site}/",
        "ApiPaths": "/api/*   ",
        "ConfigTable": TABLE,
        "SiteBucket": "graylane-test-site",
        "EdgeConfigBucket": "graylane-test-edge-config",
        "ManualSyncFunction": "graylane-test-sync-manual",
        "EdgeKeysSecret": "graylane/test/edge-keys",
        "KeyValueStoreArn": ARN,
    }
    return {
        "Parameters": {
            "Environment": {"Type": "String"},
        },
        "Resources": {
            "ConfigTable": table,
            "SiteBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "graylane-test-site"}},
            "EdgeConfig": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "graylane-test-edge-config"}},
        },
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


def _site_handler(edge: Edge) -> type[BaseHTTPRequestHandler]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(edge.status)
            for name, value in (edge.before.pop(0) if edge.before else edge.headers).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(edge.body)))
            self.end_headers()
            self.wfile.write(edge.body)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Site


def functions_handler(by_name: Mapping[str, Answer]) -> type[BaseHTTPRequestHandler]:
    class Functions(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            _, _, name = self.path.partition("/functions/")
            answer = by_name.get(name.partition("/")[0])
            found = answer(event) if answer else {"Message": "no such function"}
            body = b"" if found is None else json.dumps(found).encode()
            self.send_response(404 if answer is None else 200 if body else 202)
            self.send_header("content-length", str(len(body)))
            if answer is None:
                self.send_header("x-amzn-errortype", "ResourceNotFoundException")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Functions
