"""Function URLs behind an origin access control: whether Lambda lets the distribution in, as it does on AWS.

(CloudFront developer guide, "Restrict access to an AWS Lambda function URL origin".)
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graylocal.cloudfront.messages import Request
from graylocal.cloudfront.resource_policy import allowed

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import GetFunctionUrlConfigResponseTypeDef

_HOST = re.compile(r"[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws")
_ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
_KEYS = {"lambda:functionurlauthtype": "AWS_IAM", "lambda:invokedviafunctionurl": "true"}


class FunctionUrls:
    """Finds the function of a URL's host in Lambda, and asks for its policy, each time: a deployment changes both."""

    def __init__(self, client: "LambdaClient") -> None:
        self._client = client
        self._functions: dict[str, str] = {}

    def refusal(self, host: str, request: Request, distribution_arn: str) -> str:
        """Why Lambda refuses what CloudFront signs for the distribution; empty if it does not."""
        if host not in self._functions:
            self._functions = self._listed()
        name = self._functions.get(host, "")
        url = self._url(name) if name else None
        if url is None or url["AuthType"] != "AWS_IAM":
            return ""
        policy = self._policy(name)
        missing = [each for each in _ACTIONS if not allowed(policy, each, url["FunctionArn"], distribution_arn, _KEYS)]
        if missing:
            return f"Forbidden: function {name} does not allow the distribution {' and '.join(missing)}"
        if request.body and request.header("x-amz-content-sha256") != hashlib.sha256(request.body).hexdigest():
            return "The request signature does not match: send the hash of the body in x-amz-content-sha256"
        return ""

    def _listed(self) -> dict[str, str]:
        """The functions that have a URL, by its host. A URL of an alias is not found: registration knows none."""
        pages = self._client.get_paginator("list_functions").paginate()
        names = [each["FunctionName"] for page in pages for each in page["Functions"]]
        urls = {name: url["FunctionUrl"] for name in names if (url := self._url(name))}
        return {url.removeprefix("https://").rstrip("/"): name for name, url in urls.items()}

    def _url(self, name: str) -> "GetFunctionUrlConfigResponseTypeDef | None":
        try:
            return self._client.get_function_url_config(FunctionName=name)
        except self._client.exceptions.ResourceNotFoundException:
            return None

    def _policy(self, name: str) -> Mapping[str, Any] | None:
        try:
            policy: Mapping[str, Any] = json.loads(self._client.get_policy(FunctionName=name)["Policy"])
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return policy


def is_function_url(host: str) -> bool:
    """Whether this is the host of a function URL."""
    return _HOST.fullmatch(host) is not None
