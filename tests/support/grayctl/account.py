"""An account with a deployed environment, by moto: stacks with a table and a bucket each, and a config table."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.session import Session
from moto import mock_aws
from rich.console import Console
from tests.support.aws.config_table import make_config_table
from tests.support.release.registrations import registration_text, rest_api

from gray.history.revisions import Revisions
from grayctl.stack.target import Clients, Target

REGION = "us-east-1"
CONFIG = "graylane-prod-config"
ORDERS = "graylane-prod-orders-v2"
BUCKET = "graylane-prod-things"
SITE = "graylane-prod-site-123456789012-us-east-1"


@dataclass
class Account:
    """Stacks of environment `prod`, each as a Target."""

    session: boto3.Session

    def client(self, service: str) -> Any:
        return self.session.client(service, region_name=REGION)  # type: ignore[call-overload]

    def deploy(self, lane: str = "", outputs: dict[str, str] | None = None, **parameters: str) -> Target:
        """Make a lane's or the platform's stack; its table is protected, its bucket versioned and not empty."""
        config_env = {"": "prod", "v1": "prod-v1", "v2": "gray"}[lane]
        name, bucket = f"graylane-{config_env}", f"{BUCKET}-v1" if lane == "v1" else BUCKET
        given = {"Environment": "prod", **({"Lane": lane} if lane else {"ProtectData": "on"}), **parameters}
        self.client("cloudformation").create_stack(
            StackName=name,
            TemplateBody=json.dumps(_template(given, ORDERS.replace("v2", lane) if lane else ORDERS, bucket)),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        )
        s3 = self.client("s3")
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for content in (b"one", b"two"):
            s3.put_object(Bucket=bucket, Key="thing", Body=content)
        s3.delete_object(Bucket=bucket, Key="thing")
        site = (outputs or {}).get("SiteUrl", "").rstrip("/")
        session = Session()
        session.set_config_variable("region", REGION)
        return Target(config_env, name, REGION, "123456789012", "prod", lane, outputs or {}, Clients(session), site)

    def release(self, *rules: dict[str, Any]) -> Revisions:
        """The config table of prod, with one revision."""
        dynamodb = self.client("dynamodb")
        make_config_table(dynamodb, CONFIG)
        from gray.release.document import Release

        release = Release.model_validate({"salt": "8f3kq1zt", "lanes": ["v2"], "rules": list(rules)})
        revisions = Revisions(dynamodb, CONFIG)
        revisions.save(release, author="anna", reason="test", via="cli", base=None)
        return revisions

    def register(self, lane: str, api: str, **more: str) -> None:
        text = registration_text(lane, rest_api(lane, api), **more)
        self.client("ssm").put_parameter(Name=f"/gray/prod/lanes/{lane}", Value=text, Type="String")

    def is_there(self, stack: str) -> bool:
        stacks = self.client("cloudformation").list_stacks()["StackSummaries"]
        return any(one["StackName"] == stack and one["StackStatus"] != "DELETE_COMPLETE" for one in stacks)


def _template(parameters: Iterable[str], table: str, bucket: str) -> dict[str, Any]:
    return {
        "Parameters": {name: {"Type": "String"} for name in parameters},
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": table,
                    "BillingMode": "PAY_PER_REQUEST",
                    "DeletionProtectionEnabled": True,
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                },
            },
            "Things": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}},
        },
    }


class Terminal(Console):
    """A console that a person is at: what was said, and the answers still to be given; after them, nobody."""

    def __init__(self, *answers: str) -> None:
        super().__init__(file=io.StringIO(), width=200)
        self.answers = list(answers)

    def input(self, *prompt: Any, **more: Any) -> str:
        self.print(*prompt)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    @property
    def said(self) -> str:
        assert isinstance(self.file, io.StringIO)
        return self.file.getvalue()


def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """One for each test; nobody's AWS settings reach in."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield Account(boto3.Session(region_name=REGION))
