"""An attachment as TypeScript for the CDK."""

import json

from grayctl.attachment.plan import API_KEY_HEADERS, VIEWER_HEADERS, Attachment

_HEAD = """\
// Add this to the constructor of the stack that has your distribution, after
// `import * as cdk from 'aws-cdk-lib'` and `import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'`.
// Deploy the platform of {environment} before, with an empty StableFolder, so that stable's files stay where they are.
const [graylaneStatic, graylaneCall, graylaneResponse] = ['request-static', 'request-api', 'response'].map((role) =>
  cloudfront.Function.fromFunctionAttributes(this, `Graylane-${{role}}`, {{
    functionName: `{prefix}${{role}}`,
    functionArn: cdk.Stack.of(this).formatArn({{
      service: 'cloudfront', region: '', resource: 'function', resourceName: `{prefix}${{role}}`,
    }}),
  }}));

// An answer of an API is kept a second at most, and apart for each lane. A policy of your own does as well if it has
// x-gray-version in its key.
const graylaneApi = {{
  cachePolicy: new cloudfront.CachePolicy(this, 'GraylaneApiCachePolicy', {{
    minTtl: cdk.Duration.seconds(0),
    defaultTtl: cdk.Duration.seconds(0),
    maxTtl: cdk.Duration.seconds(1),
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
    cookieBehavior: cloudfront.CacheCookieBehavior.all(),
    headerBehavior: cloudfront.CacheHeaderBehavior.allowList(
      {api_headers},
    ),
    queryStringBehavior: cloudfront.CacheQueryStringBehavior.all(),
  }}),
  functionAssociations: [
    {{ eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: graylaneCall }},
    {{ eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE, function: graylaneResponse }},
  ],
}};

const graylaneSite = {{
  // For rules with a country or a device; leave it out if the behavior has an origin request policy of yours.
  originRequestPolicy: new cloudfront.OriginRequestPolicy(this, 'GraylaneSiteRequestPolicy', {{
    headerBehavior: cloudfront.OriginRequestHeaderBehavior.allowList(
      {site_headers},
    ),
  }}),
  functionAssociations: [
    {{ eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: graylaneStatic }},
    {{ eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE, function: graylaneResponse }},
  ],
}};

// Then, in the properties of your cloudfront.Distribution, beside whatever each behavior has:
//   defaultBehavior: {{ ..., ...graylaneSite }},
{others}"""
_BEHAVIOR = "//   additionalBehaviors[{pattern}]: {{ ..., ...graylaneApi }},\n"


def as_cdk(attachment: Attachment) -> str:
    """The statements, to be put into a stack's constructor; plain JavaScript too."""
    return _HEAD.format(
        environment=attachment.environment,
        prefix=attachment.function(""),
        api_headers=", ".join(f"'{name}'" for name in API_KEY_HEADERS),
        site_headers=", ".join(f"'{name}'" for name in VIEWER_HEADERS),
        others="".join(_BEHAVIOR.format(pattern=json.dumps(pattern)) for pattern in attachment.apis),
    )
