"""The target stack of a command: located by samconfig.toml, then described by CloudFormation.

botocore is imported on first use: it takes longer than the rest of a command line, and `--help` does not need it.
Its clients are the same as boto3's; boto3 itself would add S3's transfer manager, which nothing here uses.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from grayctl.errors import UnreachableError, UsageError
from grayctl.stack.project import LocalStack, StackName, local_stack, project_root, stack_name

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_xray import XRayClient

# A command must not hang for minutes on a dead network: botocore's own default is 60 s, five times.
PATIENCE: Mapping[str, Any] = MappingProxyType(
    {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 4, "mode": "standard"}}
)


@dataclass(frozen=True)
class Clients:
    """Clients of one target, each created on first use."""

    session: "Session"
    local: LocalStack | None = None
    patience: Mapping[str, Any] = field(default=PATIENCE, repr=False)

    @property
    def region(self) -> str:
        """The region in samconfig.toml, else in the AWS settings; empty if neither is set."""
        return self.session.get_config_variable("region") or ""

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        # Without a local stack botocore decides, also by AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>.
        endpoint = None
        if self.local:
            endpoint = self.local.xray_endpoint if service == "xray" else self.local.endpoint
        return self.session.create_client(service, endpoint_url=endpoint, config=Config(**self.patience))

    @property
    def emulator(self) -> str | None:
        """The AWS emulator's address, if these clients talk to it."""
        return self.local.endpoint if self.local else os.environ.get("AWS_ENDPOINT_URL")

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return cast("CloudFormationClient", self._client("cloudformation"))

    @cached_property
    def rest_apis(self) -> "APIGatewayClient":
        return cast("APIGatewayClient", self._client("apigateway"))

    @cached_property
    def http_apis(self) -> "ApiGatewayV2Client":
        return cast("ApiGatewayV2Client", self._client("apigatewayv2"))

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        return cast("CloudFrontClient", self._client("cloudfront"))

    @cached_property
    def key_value_store(self) -> "CloudFrontKeyValueStoreClient":
        resolve_localhost_names()  # an emulator's host name starts with the account
        return cast("CloudFrontKeyValueStoreClient", self._client("cloudfront-keyvaluestore"))

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        return cast("CloudWatchClient", self._client("cloudwatch"))

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._client("dynamodb"))

    @cached_property
    def functions(self) -> "LambdaClient":
        return cast("LambdaClient", self._client("lambda"))

    @cached_property
    def s3(self) -> "S3Client":
        return cast("S3Client", self._client("s3"))

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @cached_property
    def ssm(self) -> "SSMClient":
        return cast("SSMClient", self._client("ssm"))

    @cached_property
    def xray(self) -> "XRayClient":
        return cast("XRayClient", self._client("xray"))


@dataclass(frozen=True)
class Target:
    """One deployed stack: its namespace, its outputs, and clients to reach it. `lane` is empty for a platform's."""

    config_env: str
    stack: str
    region: str
    account: str
    environment: str
    lane: str
    outputs: Mapping[str, str] = field(repr=False)
    clients: Clients = field(repr=False)
    site: str = ""

    def output(self, name: str) -> str:
        """One stack output. Raises UsageError if this stack has no control plane, UnreachableError for an older one."""
        if name in self.outputs:
            return self.outputs[name]
        if self.lane:
            raise UsageError(
                f"{self.stack} is only lane {self.lane}; releases belong to the platform",
                f"Use --config-env {self.environment}.",
            )
        raise UnreachableError(f"stack {self.stack} has no output {name}", "Deploy the current template first.")

    @property
    def config_table(self) -> str:
        """Name of the table with revisions and publication records."""
        return self.output("ConfigTable")

    @property
    def api_paths(self) -> str:
        """The path patterns of the lanes' APIs, between spaces; a lane's stack does not know them: empty."""
        return "" if self.lane else self.output("ApiPaths")

    @property
    def parameter_prefix(self) -> str:
        """Prefix of the environment's parameters in Parameter Store."""
        return f"/gray/{self.environment}"

    @property
    def site_bucket(self) -> str:
        """The bucket of the static sites; by naming convention for a lane's stack.

        Raises UsageError if the platform stands in a distribution without one.
        """
        if "SiteBucket" not in self.outputs:
            return f"graylane-{self.environment}-site-{self.account}-{self.region}"
        if not self.outputs["SiteBucket"]:
            raise UsageError(
                f"{self.stack} was not told the bucket of the existing distribution",
                "Deploy it with the parameter ExistingBucket.",
            )
        return self.outputs["SiteBucket"]


def discover(config_env: str, start: Path | None = None, patience: Mapping[str, Any] = PATIENCE) -> Target:
    """Find the stack that `--config-env` names and read its outputs.

    Raises UsageError (no such environment) or UnreachableError (no stack, no answer, no credentials).
    """
    named, clients, local = reach(config_env, start, patience)
    stack = _describe(clients, named.stack, clients.region, local)
    parameters = {p["ParameterKey"]: p.get("ParameterValue", "") for p in stack.get("Parameters", [])}
    # arn:aws:cloudformation:REGION:ACCOUNT:stack/...
    _, _, _, region, account, *_ = stack["StackId"].split(":")
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
    return Target(
        config_env=config_env,
        stack=named.stack,
        region=region,
        account=account,
        environment=parameters.get("Environment", config_env),
        lane=parameters.get("Lane", ""),
        outputs=outputs,
        clients=clients,
        site=(local.site if local and local.site else outputs.get("SiteUrl", "")).rstrip("/"),
    )


def reach(
    config_env: str, start: Path | None = None, patience: Mapping[str, Any] = PATIENCE
) -> tuple[StackName, Clients, LocalStack | None]:
    """The name of the stack of `--config-env` and clients that reach it, whether it is there or not.

    Raises UsageError (no such environment) or UnreachableError (no region).
    """
    from botocore.session import Session

    root = project_root(start)
    named = stack_name(root, config_env)
    local = local_stack(root, config_env)
    session = Session()
    if local:
        resolve_localhost_names()
        # The emulator takes these as its root; they open nothing anywhere else.
        session.set_credentials("test", "test")
    region = local.region if local else named.region
    if region:
        session.set_config_variable("region", region)
    clients = Clients(session, local, patience)
    if not clients.region:
        raise UnreachableError("no AWS region is set", "Put `region` into samconfig.toml or set AWS_REGION.")
    return named, clients, local


def resolve_localhost_names() -> None:
    """Resolve `*.localhost` to this machine (RFC 6761) in this process.

    The KeyValueStore's data API prefixes the host name with the account (`000000000000.localhost`), and the
    resolver of many Linux systems does not know such names.
    """
    real = socket.getaddrinfo
    if getattr(real, "knows_localhost", False):
        return

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, str) and host.lower().rstrip(".").endswith(".localhost"):
            host = "127.0.0.1"
        return real(host, *args, **kwargs)

    getaddrinfo.knows_localhost = True  # type: ignore[attr-defined]
    socket.getaddrinfo = getaddrinfo


def _describe(clients: Clients, name: str, region: str, local: LocalStack | None) -> Any:
    from botocore.exceptions import ClientError, EndpointConnectionError

    try:
        return clients.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except EndpointConnectionError as error:
        if local:
            raise UnreachableError(
                f"the local stack does not answer at {local.endpoint}",
                "Start it with `make up`; to talk to AWS instead, set AWS_PROFILE.",
            ) from error
        raise
    except ClientError as error:
        # CloudFormation has no error code for this: ValidationError, "Stack with id X does not exist".
        if error.response["Error"]["Code"] == "ValidationError":
            raise UnreachableError(
                f"stack {name} does not exist in {region}",
                "Deploy it (`make up` for the local one, `sam deploy` on AWS), or check account and region.",
            ) from error
        raise
