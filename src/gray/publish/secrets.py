"""The MAC keys and the origin's API key, from Secrets Manager."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from gray.edge.grants import EdgeKeys

__all__ = ["read_api_key", "read_edge_keys"]


def read_edge_keys(client: "SecretsManagerClient", secret: str) -> "EdgeKeys":
    """The edge's keys. Raises GrantError when the secret does not hold any."""
    from gray.edge.grants import EdgeKeys

    return EdgeKeys.from_secret(client.get_secret_value(SecretId=secret)["SecretString"])


def read_api_key(client: "SecretsManagerClient", secret: str) -> str:
    """The value of the API key that CloudFront sends to the lanes' APIs: `{"value": "..."}`."""
    values: dict[str, str] = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    return values["value"]
