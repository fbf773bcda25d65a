"""What the policy of a bucket or a function lets the distribution do."""

from typing import Any

import pytest

from graylocal.cloudfront.resource_policy import allowed

ARN = "arn:aws:cloudfront::000000000000:distribution/E1"
READ: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::site/*",
    "Condition": {"StringEquals": {"AWS:SourceArn": ARN}},
}
PLAIN_HTTP: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    ("statements", "arn", "expected"),
    [
        ([READ], ARN, True),
        ([READ, PLAIN_HTTP], ARN, True),
        ([READ], ARN + "2", False),
        ([], ARN, False),
        ([{**READ, "Principal": {"Service": "lambda.amazonaws.com"}}], ARN, False),
        ([{**READ, "Resource": "arn:aws:s3:::other/*"}], ARN, False),
        ([READ, {**READ, "Effect": "Deny"}], ARN, False),
        ([{**READ, "Condition": {"NumericEquals": {"AWS:SourceArn": ARN}}}], ARN, False),
    ],
)
def test_access(statements: list[dict[str, Any]], arn: str, expected: bool) -> None:
    assert allowed({"Statement": statements}, "s3:GetObject", "arn:aws:s3:::site/v1/x", arn) is expected


def test_no_policy_allows_nothing() -> None:
    assert not allowed(None, "s3:GetObject", "arn:aws:s3:::site/v1/x", ARN)
