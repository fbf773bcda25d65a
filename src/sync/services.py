"""The AWS clients of a sync function, each made when it is first used, and kept between invocations."""

import json
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from gray.history.list_files import ListFiles
from gray.history.revisions import Revisions
from gray.lanes.lane_table import LaneTable
from gray.lanes.parameters import read_parameters
from gray.lanes.preflight import Fetch, base_url, files_missing, health_problem, manifest_problem
from gray.lanes.registration import Registration
from gray.publish.control_plane import Clock, ControlPlane, Edge, History, LaneServices, Notices, Records
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import CurrentParameter
from gray.publish.records.ledger import LedgerTable
from gray.publish.records.publication_log import PublicationLog
from gray.publish.secrets import read_api_key, read_edge_keys
from gray.publish.store.store import Store
from sync.fetch import fetch, signed_fetch
from sync.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

    from gray.lanes.adoption import Adoption

__all__ = ["Services"]

# A call that hangs must not eat the invocation: AWS answers these within tens of milliseconds.
_CONFIG = Config(connect_timeout=2, read_timeout=6, retries={"mode": "standard", "max_attempts": 4})


class Services:
    """Makes clients on first use. One instance lives as long as the function's process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return boto3.client("dynamodb", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def s3(self) -> "S3Client":
        return boto3.client("s3", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def ssm(self) -> "SSMClient":
        return boto3.client("ssm", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        return boto3.client("secretsmanager", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        return boto3.client("cloudfront", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def _store_client(self) -> "CloudFrontKeyValueStoreClient":
        return boto3.client("cloudfront-keyvaluestore", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def _sns(self) -> "SNSClient":
        return boto3.client("sns", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def _events(self) -> "EventBridgeClient":
        return boto3.client("events", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def _apigateway(self) -> "APIGatewayClient":
        return boto3.client("apigateway", region_name=self.settings.region, config=_CONFIG)

    @cached_property
    def _signed_fetch(self) -> Fetch:
        credentials = boto3.Session().get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return signed_fetch(credentials, self.settings.region)

    def store(self) -> Store:
        """The KeyValueStore with a count of paid calls that begins at zero."""
        return Store(self._store_client, self.settings.store_arn)

    def control_plane(self) -> ControlPlane:
        """What one run works with."""
        settings = self.settings
        return ControlPlane(
            history=History(
                Revisions(self.dynamodb, settings.table),
                lists=lambda: ListFiles(self.s3, settings.edge_config_bucket),
            ),
            edge=Edge(
                store=self.store,
                edge_config=lambda: EdgeConfig(self.s3, settings.edge_config_bucket),
                current=lambda: CurrentParameter(self.ssm, settings.prefix),
                keys=lambda: read_edge_keys(self.secrets, settings.edge_keys_secret),
                region=settings.region,
            ),
            records=Records(
                PublicationLog(self.dynamodb, settings.table),
                LedgerTable(self.dynamodb, settings.table),
            ),
            lanes=LaneServices(
                LaneTable(self.dynamodb, settings.table),
                adoption=self._adoption,
                preflight=self._preflight,
                switch=self._switch,
                keys=settings.origin_api_keys,
            ),
            parameters=lambda: read_parameters(self.ssm, settings.prefix),
            clock=Clock(time.time, time.sleep),
            notices=Notices(settings.environment, self._announce, self._warn),
        )

    def invalidate(self, caller_reference: str) -> str:
        """Invalidates everything, viewer paths and rewritten ones alike; one wildcard counts as one path.

        Empty where the platform stands in a distribution that it was not told of: its caches are its owner's.
        """
        if not self.settings.distribution:
            return ""
        answer = self.cloudfront.create_invalidation(
            DistributionId=self.settings.distribution,
            InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": caller_reference},
        )
        return answer["Invalidation"]["Id"]

    def _adoption(self) -> "Adoption":
        from gray.lanes.adoption import Adoption, Owner
        from gray.lanes.ownership import Ownership

        settings = self.settings
        owner = Owner(
            settings.account,
            settings.region,
            settings.origin_api_keys,
            settings.stable_function,
        )
        functions: LambdaClient = boto3.client("lambda", region_name=settings.region, config=_CONFIG)
        http_apis: ApiGatewayV2Client = boto3.client("apigatewayv2", region_name=settings.region, config=_CONFIG)
        ownership = Ownership(self._apigateway, http_apis, functions, settings.trusted_hosts)
        table = LaneTable(self.dynamodb, settings.table)
        return Adoption(self._apigateway, functions, table, owner, ownership)

    def _preflight(self, lane: Registration, whole: bool) -> str:
        check = files_missing if whole else manifest_problem
        bucket = self.settings.site_bucket
        if bucket and (problem := check(self.s3, bucket, lane.lane)):
            return problem
        key = read_api_key(self.secrets, self.settings.api_key_secret)
        for origin in lane.origins:
            base = base_url(self.settings.origin_url, origin, self.settings.region)
            problem = health_problem(self._signed_fetch if origin.signed else fetch, base, lane.lane, origin, key)
            if problem:
                return problem
        return ""

    def _switch(self, lane: Registration, own: bool) -> None:
        from gray.lanes.switch import to_own, to_stable

        if own:
            to_own(self._apigateway, lane)
        else:
            to_stable(self._apigateway, lane, self.settings.stable_function)

    def _announce(self, detail: Mapping[str, object]) -> None:
        answer = self._events.put_events(
            Entries=[{"Source": "graylane", "DetailType": "Publication", "Detail": json.dumps(detail)}]
        )
        if answer["FailedEntryCount"]:
            raise OSError(f"the event bus refused the publication event: {answer['Entries']}")

    def _warn(self, subject: str, text: str) -> None:
        # a subject is at most 100 ASCII characters (SNS)
        plain = subject.encode("ascii", "replace").decode()[:100]
        self._sns.publish(TopicArn=self.settings.alarm_topic, Subject=plain, Message=text)
