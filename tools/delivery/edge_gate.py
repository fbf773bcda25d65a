"""Tests the built edge functions in CloudFront before viewers get them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from delivery.errors import DeliveryError
from edge.gate import find_store, try_functions

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

__all__ = ["pass_gate"]


def pass_gate(
    client: "CloudFrontClient", values: Mapping[str, str], functions: Mapping[str, str], console: Console
) -> None:
    """Tests the functions (name and code) with the environment's store. Raises DeliveryError if one fails.

    Skipped for a first deployment: it has no store yet, and no viewers.
    """
    try:
        found = _tried(client, values["Environment"], functions, console)
    except (BotoCoreError, ClientError) as error:
        raise DeliveryError(f"cannot test the edge functions in CloudFront: {error}") from error
    if found:
        raise DeliveryError("the edge functions failed in CloudFront; nothing was deployed: " + "; ".join(found))


def _tried(client: "CloudFrontClient", environment: str, functions: Mapping[str, str], console: Console) -> list[str]:
    store = find_store(client, environment)
    if store is None:
        console.print("first deployment: CloudFront tests the functions from the next one on")
        return []
    found: list[str] = []
    for name, used, problems in try_functions(client, environment, store, functions):
        console.print(f"{name}: {'failed' if problems else 'ok'}, {used} % of CloudFront's time limit")
        found += problems
    return found
