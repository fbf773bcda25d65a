"""What an existing distribution needs, whatever language it is written in. Asks no account.

The functions belong to the platform and have names of their own, so that nobody copies ids. The policies belong to the
distribution's stack: CloudFormation finds no policy by name. A test compares them with the platform's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grayctl.errors import UsageError
from grayctl.onboarding.settings import Settings

# A function sees these headers only if a policy of its behavior lists them.
VIEWER_HEADERS = (
    "CloudFront-Viewer-Country",
    "CloudFront-Is-Mobile-Viewer",
    "CloudFront-Is-Tablet-Viewer",
    "CloudFront-Is-Desktop-Viewer",
)
# What keeps two viewers, and two lanes, apart in the key of an API's answer.
API_KEY_HEADERS = ("Authorization", "x-gray-version", *VIEWER_HEADERS)
DEFAULT = "*"


@dataclass(frozen=True)
class Attachment:
    """The behaviors to change: the default one, where the site is, and those of `apis` by path pattern."""

    environment: str
    apis: Sequence[str]

    def function(self, role: str) -> str:
        """The name of one of the platform's functions: `request-static`, `request-api` or `response`."""
        return f"graylane-{self.environment}-{role}"

    def functions(self, pattern: str) -> Sequence[tuple[str, str]]:
        """The event types of a behavior, each with the role of its function."""
        request = "request-static" if pattern == DEFAULT else "request-api"
        return ("viewer-request", request), ("viewer-response", "response")


def attachment(settings: Settings) -> Attachment:
    """The attachment of an application. Raises UsageError if it has nothing that the edge can decide for."""
    apis = [pattern for origin in settings.origins for pattern in origin.behaviors]
    if DEFAULT in apis:
        raise UsageError(
            "the default behavior * leads to an origin, and the edge has lanes for the pages of a bucket only",
            "See: grayctl doctor",
        )
    if not settings.site:
        raise UsageError("no [site] in the file, so no page decides a lane", "Fill it in, as `grayctl init` writes it.")
    return Attachment(settings.environment, apis)
