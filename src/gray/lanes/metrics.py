"""Where CloudWatch keeps an origin's figures, by its kind.

API Gateway developer guide, "Amazon API Gateway dimensions and metrics" and "Monitor CloudWatch metrics for HTTP APIs";
Lambda developer guide, "Monitoring Lambda function URLs".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gray.lanes.registration import LaneOrigin

__all__ = ["Source", "source_of", "sources_of"]


@dataclass(frozen=True)
class Source:
    """Where figures are: the namespace, the dimensions, and the metrics' names there. Latencies are in milliseconds."""

    namespace: str
    dimensions: Mapping[str, str]
    requests: str
    errors: str
    latency: str = "Latency"


def source_of(origin: LaneOrigin) -> Source | None:
    """Where the owning service counts an origin's requests; None for a host, which nobody here counts."""
    match origin.kind:
        case "rest-api":
            return Source("AWS/ApiGateway", {"ApiName": origin.name, "Stage": origin.path}, "Count", "5XXError")
        case "http-api":
            dimensions = {"ApiId": origin.address, "Stage": origin.path or "$default"}
            return Source("AWS/ApiGateway", dimensions, "Count", "5xx")
        case "function-url":
            dimensions = {"FunctionName": origin.function}
            return Source("AWS/Lambda", dimensions, "UrlRequestCount", "Url5xxCount", "UrlRequestLatency")
        case "url":
            return None


def sources_of(origins: Sequence[LaneOrigin]) -> list[Source]:
    """Where the lane's figures are, one of each origin that is counted."""
    return [source for origin in origins if (source := source_of(origin))]
