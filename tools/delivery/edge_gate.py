"""CloudFront runs the built edge functions before viewers get them."""

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
    """Tries the functions (name and code) on the environment's store. Raises DeliveryError when one is refused.

    A stack without an edge has nothing to try, and a first deployment has no store yet, and no viewers.
    """
    if values.get("Part") == "gray":
        return
    try:
        found = _tried(client, values["Environment"], functions, console)
    except (BotoCoreError, ClientError) as error:
        raise DeliveryError(f"CloudFront could not be asked to try the edge functions: {error}") from error
    if found:
        raise DeliveryError("CloudFront does not take the edge functions; nothing is deployed: " + "; ".join(found))


def _tried(client: "CloudFrontClient", environment: str, functions: Mapping[str, str], console: Console) -> list[str]:
    store = find_store(client, environment)
    if store is None:
        console.print("the first deployment: CloudFront tries the functions before the next one")
        return []
    found: list[str] = []
    for name, used, problems in try_functions(client, environment, store, functions):
        console.print(f"{name}: {'refused' if problems else 'runs'}, {used} % of the time that CloudFront allows")
        found += problems
    return found
