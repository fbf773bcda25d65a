"""The sync functions' configuration, from their environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from gray.lanes.preflight import DEFAULT_ORIGIN_URL

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Names of this environment's resources. A variable that is missing is a KeyError at the first invocation."""

    environment: str
    region: str
    account: str
    table: str
    edge_config_bucket: str
    site_bucket: str
    store_arn: str
    distribution: str
    edge_keys_secret: str
    api_key_secret: str
    origin_api_keys: tuple[str, ...]
    stable_function: str
    trusted_hosts: tuple[str, ...]
    alarm_topic: str
    prefix: str
    rollback_alarms: str
    drift_seconds: int
    origin_url: str

    @classmethod
    def read(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """From the environment; see docs of each variable in template.yaml."""
        environment, arn = env["GRAY_ENVIRONMENT"], env["KEY_VALUE_STORE_ARN"]
        return cls(
            environment=environment,
            region=env["AWS_REGION"],
            account=arn.split(":")[4],
            table=env["CONFIG_TABLE"],
            edge_config_bucket=env["EDGE_CONFIG_BUCKET"],
            site_bucket=env["SITE_BUCKET"],
            store_arn=arn,
            distribution=env["DISTRIBUTION_ID"],
            edge_keys_secret=env["EDGE_KEYS_SECRET"],
            api_key_secret=env["API_KEY_SECRET"],
            origin_api_keys=tuple(env["ORIGIN_API_KEYS"].split(",")),
            stable_function=env["STABLE_FUNCTION"],
            trusted_hosts=tuple(host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip()),
            alarm_topic=env["ALARM_TOPIC"],
            prefix=env["PARAMETER_PREFIX"],
            rollback_alarms=env.get("ROLLBACK_ALARM_PREFIX", ""),
            drift_seconds=60 * int(env.get("DRIFT_MINUTES", "60")),
            origin_url=env.get("GRAY_ORIGIN_URL_TEMPLATE") or DEFAULT_ORIGIN_URL,
        )
