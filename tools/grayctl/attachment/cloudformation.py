"""An attachment as a fragment of a CloudFormation or SAM template."""

import json
from collections.abc import Iterator

from grayctl.attachment.plan import API_KEY_HEADERS, DEFAULT, VIEWER_HEADERS, Attachment

_HEAD = """\
# Merge this into the template that has your distribution, and deploy it. Deploy the platform of {environment} before,
# with an empty StableFolder, so that stable's files stay where they are.
Resources:
  # An answer of an API is kept a second at most, and apart for each lane. A policy of your own does as well if it has
  # x-gray-version in its key.
  GraylaneApiCachePolicy:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: !Sub "${{AWS::StackName}}-graylane-api"
        MinTTL: 0
        DefaultTTL: 0
        MaxTTL: 1
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: true
          EnableAcceptEncodingBrotli: true
          CookiesConfig: {{CookieBehavior: all}}
          HeadersConfig:
            HeaderBehavior: whitelist
            Headers: [{api_headers}]
          QueryStringsConfig: {{QueryStringBehavior: all}}

  # For rules with a country or a device; leave it out if the behavior has an origin request policy of yours.
  GraylaneSiteRequestPolicy:
    Type: AWS::CloudFront::OriginRequestPolicy
    Properties:
      OriginRequestPolicyConfig:
        Name: !Sub "${{AWS::StackName}}-graylane-site"
        CookiesConfig: {{CookieBehavior: none}}
        HeadersConfig:
          HeaderBehavior: whitelist
          Headers: [{site_headers}]
        QueryStringsConfig: {{QueryStringBehavior: none}}

  Distribution:  # the logical id of yours; what it has besides stays as it is
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        DefaultCacheBehavior:
          OriginRequestPolicyId: !Ref GraylaneSiteRequestPolicy
"""
_FUNCTION = "!Sub arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:function/{name}"


def as_cloudformation(attachment: Attachment) -> str:
    """The fragment, as YAML."""
    head = _HEAD.format(
        environment=attachment.environment,
        api_headers=", ".join(API_KEY_HEADERS),
        site_headers=", ".join(VIEWER_HEADERS),
    )
    lines = [*_functions(attachment, DEFAULT)]
    if attachment.apis:
        lines.append("        CacheBehaviors:")
    for pattern in attachment.apis:
        lines.append(f"          - PathPattern: {json.dumps(pattern)}")
        lines.append("            CachePolicyId: !Ref GraylaneApiCachePolicy")
        lines += (f"  {line}" for line in _functions(attachment, pattern))
    return head + "\n".join(lines) + "\n"


def _functions(attachment: Attachment, pattern: str) -> Iterator[str]:
    yield "          FunctionAssociations:"
    for event, role in attachment.functions(pattern):
        yield f"            - EventType: {event}"
        yield f"              FunctionARN: {_FUNCTION.format(name=attachment.function(role))}"
