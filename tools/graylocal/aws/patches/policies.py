"""IAM: resources and condition keys in policies."""

import gzip
import json
import re
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions

_STORE_PATH = re.compile(r"/key-value-stores/(arn:[^/]+/[^/]+)")


def a_path_of_parameters_is_a_resource() -> None:
    """Gap: GetParametersByPath is authorized on `*`, so a role limited to the path is denied.

    On AWS the resource is the path's ARN (Service Authorization Reference, Systems Manager).
    """
    resource_of = iam_actions.extract_resource_arn

    def with_paths(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        target = {name.lower(): value for name, value in headers.items()}.get("x-amz-target", "")
        if service == "ssm" and target.endswith(".GetParametersByPath"):
            asked = json.loads(body or b"{}").get("Path", "")
            return f"arn:aws:ssm:{region}:{account}:parameter/{asked.strip('/')}"
        return resource_of(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = with_paths


def a_key_value_store_is_a_resource() -> None:
    """Gap: the KeyValueStore's data API is authorized on `*`, so a role limited to the store is denied.

    On AWS the resource is the store's ARN, which is in the path (Service Authorization Reference, CloudFront
    KeyValueStore).
    """
    resource_of = iam_actions.extract_resource_arn

    def with_stores(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if service == "cloudfront-keyvaluestore":
            store = _STORE_PATH.match(unquote(path))
            return store[1] if store else "*"
        return resource_of(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = with_stores


def an_event_has_a_source_in_policies() -> None:
    """Gap: the condition key `events:source` has no value, so a role limited to its own source is denied.

    On AWS PutEvents provides it (EventBridge user guide, "Using IAM policy conditions").
    """
    context_of = iam_actions.request_tag_context

    def with_sources(service: str, iam_action: str, body: bytes, params: Any) -> Any:
        context = context_of(service, iam_action, body, params)
        if iam_action == "events:PutEvents":
            entries = json.loads(body or b"{}").get("Entries", [])
            sources = sorted({str(entry.get("Source", "")) for entry in entries})
            context = {**context, "events:source": sources[0] if len(sources) == 1 else sources}
        return context

    iam_actions.request_tag_context = with_sources


def a_metric_has_a_namespace_in_policies() -> None:
    """Gap: the condition key `cloudwatch:namespace` has no value, so a role limited to its own is denied.

    On AWS PutMetricData provides it (CloudWatch user guide, "Using condition keys to limit access to CloudWatch
    namespaces").
    """
    context_of = iam_actions.request_tag_context

    def with_namespace(service: str, iam_action: str, body: bytes, params: Any) -> Any:
        context = context_of(service, iam_action, body, params)
        if iam_action == "cloudwatch:PutMetricData":
            context = {**context, "cloudwatch:namespace": _namespace_in(body)}
        return context

    iam_actions.request_tag_context = with_namespace


def _namespace_in(body: bytes) -> str:
    """The namespace of a JSON PutMetricData; SDKs compress long bodies."""
    plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    try:
        return str(json.loads(plain)["Namespace"])
    except (ValueError, KeyError, TypeError):
        return ""  # denied then, as without the patch
