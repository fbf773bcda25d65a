"""An attachment as Terraform's HCL."""

import json
from collections.abc import Iterator, Sequence

from grayctl.attachment.plan import API_KEY_HEADERS, DEFAULT, VIEWER_HEADERS, Attachment

_ROLES = ("request-static", "request-api", "response")
_HEAD = """\
# Add this to the configuration that has your distribution, and apply it. Deploy the platform of {environment} before,
# with an empty StableFolder, so that stable's files stay where they are.
{data}
# An answer of an API is kept a second at most, and apart for each lane. A policy of your own does as well if it has
# x-gray-version in its key.
resource "aws_cloudfront_cache_policy" "graylane_api" {{
  name        = "graylane-{environment}-attached-api"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 1

  parameters_in_cache_key_and_forwarded_to_origin {{
    enable_accept_encoding_gzip   = true
    enable_accept_encoding_brotli = true

    cookies_config {{
      cookie_behavior = "all"
    }}
    headers_config {{
      header_behavior = "whitelist"
      headers {{
        items = {api_headers}
      }}
    }}
    query_strings_config {{
      query_string_behavior = "all"
    }}
  }}
}}

# For rules with a country or a device; leave it out if the behavior has an origin request policy of yours.
resource "aws_cloudfront_origin_request_policy" "graylane_site" {{
  name = "graylane-{environment}-attached-site"

  cookies_config {{
    cookie_behavior = "none"
  }}
  headers_config {{
    header_behavior = "whitelist"
    headers {{
      items = {site_headers}
    }}
  }}
  query_strings_config {{
    query_string_behavior = "none"
  }}
}}

# Yours: add these lines to its behaviors; what it has besides stays as it is.
resource "aws_cloudfront_distribution" "site" {{
  default_cache_behavior {{
    origin_request_policy_id = aws_cloudfront_origin_request_policy.graylane_site.id
{default}
  }}
{others}}}
"""
_DATA = """
data "aws_cloudfront_function" "{label}" {{
  name  = "{name}"
  stage = "LIVE"
}}
"""


def as_terraform(attachment: Attachment) -> str:
    """The configuration, formatted as `terraform fmt` leaves it."""
    return _HEAD.format(
        environment=attachment.environment,
        data="".join(_DATA.format(label=_label(role), name=attachment.function(role)) for role in _ROLES),
        api_headers=_list(API_KEY_HEADERS),
        site_headers=_list(VIEWER_HEADERS),
        default="\n".join(_functions(attachment, DEFAULT)),
        others="".join(_behavior(attachment, pattern) for pattern in attachment.apis),
    )


def _behavior(attachment: Attachment, pattern: str) -> str:
    lines = [
        "",
        "  ordered_cache_behavior {",
        f"    path_pattern    = {json.dumps(pattern)}",
        "    cache_policy_id = aws_cloudfront_cache_policy.graylane_api.id",
        *_functions(attachment, pattern),
        "  }",
    ]
    return "\n".join(lines) + "\n"


def _functions(attachment: Attachment, pattern: str) -> Iterator[str]:
    for event, role in attachment.functions(pattern):
        yield ""
        yield "    function_association {"
        yield f'      event_type   = "{event}"'
        yield f"      function_arn = data.aws_cloudfront_function.{_label(role)}.arn"
        yield "    }"


def _label(role: str) -> str:
    return "graylane_" + role.replace("-", "_")


def _list(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
