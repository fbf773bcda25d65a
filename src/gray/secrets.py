"""The MAC keys and the origin's API key, from Secrets Manager."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from gray.grants import EdgeKeys

__all__ = ["read_api_key", "read_edge_keys"]

_NOT_KEYS = ("identity", "newest", "keys")


def read_edge_keys(client: "SecretsManagerClient", secret: str) -> "EdgeKeys":
    """The edge's keys: `{"identity","newest","<id>":"<secret>",...}`, the newest first, two at most."""
    from gray.grants import EdgeKeys

    values: dict[str, Any] = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    newest = values.get("newest", "")
    ids = sorted((name for name in values if name not in _NOT_KEYS), key=lambda name: (name != newest, name))
    return EdgeKeys(keys=tuple((name, values[name]) for name in ids[:2]), identity=values.get("identity", ""))


def read_api_key(client: "SecretsManagerClient", secret: str) -> str:
    """The value of the API key that CloudFront sends to the lanes' APIs: `{"value": "..."}`."""
    values: dict[str, str] = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    return values["value"]
