"""Cache, origin request and response headers policies, as far as they affect forwarded requests.

Field names are those of CloudFront's API: GetCachePolicyConfig and its siblings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graylocal.cloudfront.messages import Pairs

# Not sent to S3; CloudFront replaces them for other origins unless a policy forwards the viewer's own.
NEVER_FORWARDED = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection", "te", "expect"}
)


@dataclass(frozen=True)
class Selection:
    """The headers, cookies or query strings that a policy lists."""

    kind: str = "none"
    names: frozenset[str] = frozenset()

    def takes(self, name: str) -> bool:
        """Whether this policy includes the item of this name (headers: lower case)."""
        match self.kind:
            case "all" | "allViewer":
                return True
            case "whitelist":
                return name in self.names
            case "allExcept":
                return name not in self.names
            case "allViewerAndWhitelistCloudFront":
                return not name.startswith("cloudfront-") or name in self.names
            case _:
                return False

    @property
    def cloudfront_headers(self) -> frozenset[str]:
        """The CloudFront-* headers that CloudFront adds for this policy; no policy, no header."""
        if self.kind not in ("whitelist", "allViewerAndWhitelistCloudFront"):
            return frozenset()
        return frozenset(name for name in self.names if name.startswith("cloudfront-"))


@dataclass(frozen=True)
class CachePolicy:
    """The content of the cache key, and the TTL bounds of an object in seconds."""

    min_ttl: int = 0
    default_ttl: int = 86_400
    max_ttl: int = 31_536_000
    gzip: bool = False
    brotli: bool = False
    headers: Selection = field(default_factory=Selection)
    cookies: Selection = field(default_factory=Selection)
    queries: Selection = field(default_factory=Selection)

    @property
    def disabled(self) -> bool:
        """Whether nothing is ever cached (as in the managed policy CachingDisabled)."""
        return self.max_ttl == 0


@dataclass(frozen=True)
class RequestPolicy:
    """What is forwarded to the origin in addition to the cache key."""

    headers: Selection = field(default_factory=Selection)
    cookies: Selection = field(default_factory=Selection)
    queries: Selection = field(default_factory=Selection)


@dataclass(frozen=True)
class ResponsePolicy:
    """Headers set on, or removed from, every response of a behavior: (name, value, replaces the origin's)."""

    sets: tuple[tuple[str, str, bool], ...] = ()
    removes: frozenset[str] = frozenset()

    def apply(self, headers: Pairs) -> Pairs:
        """The headers of a response after this policy."""
        result = [pair for pair in headers if pair[0] not in self.removes]
        for name, value, override in self.sets:
            present = any(key == name for key, _ in result)
            if override and present:
                result = [pair for pair in result if pair[0] != name]
            if override or not present:
                result.append((name, value))
        return result


def _selection(config: Mapping[str, Any], behavior: str, listed: str, *, lower: bool = False) -> Selection:
    names = (config.get(listed) or {}).get("Items") or []
    return Selection(config.get(behavior, "none"), frozenset(name.lower() if lower else name for name in names))


def cache_policy(config: Mapping[str, Any]) -> CachePolicy:
    """From `CachePolicyConfig`."""
    key = config.get("ParametersInCacheKeyAndForwardedToOrigin") or {}
    return CachePolicy(
        min_ttl=int(config.get("MinTTL", 0)),
        default_ttl=int(config.get("DefaultTTL", 86_400)),
        max_ttl=int(config.get("MaxTTL", 31_536_000)),
        gzip=bool(key.get("EnableAcceptEncodingGzip")),
        brotli=bool(key.get("EnableAcceptEncodingBrotli")),
        headers=_selection(key.get("HeadersConfig") or {}, "HeaderBehavior", "Headers", lower=True),
        cookies=_selection(key.get("CookiesConfig") or {}, "CookieBehavior", "Cookies"),
        queries=_selection(key.get("QueryStringsConfig") or {}, "QueryStringBehavior", "QueryStrings"),
    )


def request_policy(config: Mapping[str, Any]) -> RequestPolicy:
    """From `OriginRequestPolicyConfig`."""
    return RequestPolicy(
        headers=_selection(config.get("HeadersConfig") or {}, "HeaderBehavior", "Headers", lower=True),
        cookies=_selection(config.get("CookiesConfig") or {}, "CookieBehavior", "Cookies"),
        queries=_selection(config.get("QueryStringsConfig") or {}, "QueryStringBehavior", "QueryStrings"),
    )


def _transport(part: Mapping[str, Any]) -> str:
    value = f"max-age={part['AccessControlMaxAgeSec']}"
    value += "; includeSubDomains" if part.get("IncludeSubdomains") else ""
    return value + ("; preload" if part.get("Preload") else "")


_SECURITY: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "ContentTypeOptions": ("x-content-type-options", lambda part: "nosniff"),
    "FrameOptions": ("x-frame-options", lambda part: str(part["FrameOption"])),
    "ReferrerPolicy": ("referrer-policy", lambda part: str(part["ReferrerPolicy"])),
    "ContentSecurityPolicy": ("content-security-policy", lambda part: str(part["ContentSecurityPolicy"])),
    "XSSProtection": ("x-xss-protection", lambda part: "1; mode=block" if part.get("ModeBlock") else "1"),
    "StrictTransportSecurity": ("strict-transport-security", _transport),
}


def response_policy(config: Mapping[str, Any]) -> ResponsePolicy:
    """From `ResponseHeadersPolicyConfig`; CORS is left to the origins (the template declares none)."""
    security = config.get("SecurityHeadersConfig") or {}
    sets = [
        (name, value(security[part]), bool(security[part].get("Override")))
        for part, (name, value) in _SECURITY.items()
        if part in security
    ]
    for header in (config.get("CustomHeadersConfig") or {}).get("Items") or []:
        sets.append((header["Header"].lower(), header["Value"], bool(header.get("Override"))))
    removed = (config.get("RemoveHeadersConfig") or {}).get("Items") or []
    return ResponsePolicy(tuple(sets), frozenset(item["Header"].lower() for item in removed))
