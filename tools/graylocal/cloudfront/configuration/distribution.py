"""Reads a deployed distribution and its dependencies through CloudFront's API, never from the template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graylocal.cloudfront.configuration.policies import (
    CachePolicy,
    RequestPolicy,
    ResponsePolicy,
    cache_policy,
    request_policy,
    response_policy,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient


@dataclass(frozen=True)
class Origin:
    """One origin. `path` has no trailing slash; `headers` are CloudFront's own, with lower-case names."""

    id: str
    domain: str
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    s3: bool = False
    signed: bool = False  # origin access control signs the requests
    scheme: str = "https"
    port: int = 443
    read_timeout: int = 30
    host_header: str | None = None
    connection_attempts: int = 3


@dataclass(frozen=True)
class OriginGroup:
    """Two origins; the second is used if the first returns one of the statuses or does not answer."""

    members: tuple[Origin, ...]
    statuses: frozenset[int]


@dataclass(frozen=True)
class Behavior:
    """What CloudFront does with the requests that match `pattern` (None: the default behavior)."""

    pattern: str | None
    origin: str
    viewer_protocol: str
    methods: frozenset[str]
    compress: bool
    cache: CachePolicy
    to_origin: RequestPolicy
    to_viewer: ResponsePolicy
    functions: Mapping[str, str]  # event type -> function name

    @property
    def cloudfront_headers(self) -> frozenset[str]:
        """The CloudFront-* headers in this behavior's policies; no others are added."""
        return self.cache.headers.cloudfront_headers | self.to_origin.headers.cloudfront_headers


@dataclass(frozen=True)
class ErrorRule:
    """A custom error response: how long an error is cached, and the page shown for it, if any."""

    min_ttl: int
    page: str | None = None
    status: int | None = None


@dataclass(frozen=True)
class Distribution:
    """A deployed distribution; `behaviors` in order of precedence, the default one last."""

    id: str
    arn: str
    domain: str
    origins: Mapping[str, Origin]
    groups: Mapping[str, OriginGroup]
    behaviors: tuple[Behavior, ...]
    root_object: str
    errors: Mapping[int, ErrorRule]
    version: str


@dataclass(frozen=True)
class FunctionCode:
    """A function's LIVE code and the store it may read."""

    name: str
    code: str
    store: str | None
    version: str


class DistributionReader:
    """Reads with `GetDistribution` and the operations for policies and functions; caches what it has read."""

    def __init__(self, cloudfront: "CloudFrontClient") -> None:
        self._cloudfront = cloudfront

    def version(self, distribution_id: str) -> str:
        """The distribution's ETag: it changes with every update."""
        return self._cloudfront.get_distribution(Id=distribution_id)["ETag"]

    def read(self, distribution_id: str) -> Distribution:
        """The whole distribution. Raises botocore's ClientError if a part cannot be read."""
        answer = self._cloudfront.get_distribution(Id=distribution_id)
        found: Any = answer["Distribution"]
        config: Mapping[str, Any] = found["DistributionConfig"]
        origins = {item["Id"]: _origin(item) for item in (config["Origins"].get("Items") or [])}
        ordered = (config.get("CacheBehaviors") or {}).get("Items") or []
        return Distribution(
            id=distribution_id,
            arn=found["ARN"],
            domain=found["DomainName"],
            origins=origins,
            groups=_groups(config, origins),
            behaviors=tuple(self._behavior(item) for item in [*ordered, config["DefaultCacheBehavior"]]),
            root_object=config.get("DefaultRootObject") or "",
            errors=_error_rules(config),
            version=answer["ETag"],
        )

    def function(self, name: str) -> FunctionCode:
        """A function's LIVE stage, which viewers' requests use."""
        described = self._cloudfront.describe_function(Name=name, Stage="LIVE")
        config = described["FunctionSummary"]["FunctionConfig"]
        associated: Mapping[str, Any] = config.get("KeyValueStoreAssociations") or {}
        stores = associated.get("Items") or []
        code = self._cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
        store = stores[0]["KeyValueStoreARN"] if stores else None
        return FunctionCode(name, code.decode(), store, described["ETag"])

    def function_version(self, name: str) -> str:
        """The ETag of a function's LIVE stage."""
        return self._cloudfront.describe_function(Name=name, Stage="LIVE")["ETag"]

    def _behavior(self, item: Mapping[str, Any]) -> Behavior:
        associations = (item.get("FunctionAssociations") or {}).get("Items") or []
        return Behavior(
            pattern=item.get("PathPattern"),
            origin=item["TargetOriginId"],
            viewer_protocol=item.get("ViewerProtocolPolicy", "allow-all"),
            methods=frozenset((item.get("AllowedMethods") or {}).get("Items") or ("GET", "HEAD")),
            compress=bool(item.get("Compress")),
            cache=self._cache_policy(item.get("CachePolicyId")),
            to_origin=self._request_policy(item.get("OriginRequestPolicyId")),
            to_viewer=self._response_policy(item.get("ResponseHeadersPolicyId")),
            functions={each["EventType"]: each["FunctionARN"].rpartition("/")[2] for each in associations},
        )

    def _cache_policy(self, policy: str | None) -> CachePolicy:
        if not policy:
            return CachePolicy()
        return cache_policy(self._cloudfront.get_cache_policy_config(Id=policy)["CachePolicyConfig"])

    def _request_policy(self, policy: str | None) -> RequestPolicy:
        if not policy:
            return RequestPolicy()
        return request_policy(self._cloudfront.get_origin_request_policy_config(Id=policy)["OriginRequestPolicyConfig"])

    def _response_policy(self, policy: str | None) -> ResponsePolicy:
        if not policy:
            return ResponsePolicy()
        answer = self._cloudfront.get_response_headers_policy_config(Id=policy)
        return response_policy(answer["ResponseHeadersPolicyConfig"])


def _origin(item: Mapping[str, Any]) -> Origin:
    custom = item.get("CustomOriginConfig") or {}
    headers = (item.get("CustomHeaders") or {}).get("Items") or []
    plain = custom.get("OriginProtocolPolicy") == "http-only"
    return Origin(
        id=item["Id"],
        domain=item["DomainName"],
        path=(item.get("OriginPath") or "").rstrip("/"),
        headers={header["HeaderName"].lower(): header["HeaderValue"] for header in headers},
        s3=not custom,
        signed=bool(item.get("OriginAccessControlId")),
        scheme="http" if plain else "https",
        port=int(custom.get("HTTPPort", 80) if plain else custom.get("HTTPSPort", 443)),
        read_timeout=int(custom.get("OriginReadTimeout") or 30),
        connection_attempts=int(item.get("ConnectionAttempts") or 3),
    )


def _groups(config: Mapping[str, Any], origins: Mapping[str, Origin]) -> dict[str, OriginGroup]:
    groups = {}
    listed: Mapping[str, Any] = config.get("OriginGroups") or {}
    for item in listed.get("Items") or []:
        members = tuple(origins[member["OriginId"]] for member in item["Members"]["Items"])
        groups[item["Id"]] = OriginGroup(members, frozenset(item["FailoverCriteria"]["StatusCodes"]["Items"]))
    return groups


def _error_rules(config: Mapping[str, Any]) -> dict[int, ErrorRule]:
    rules = {}
    for item in (config.get("CustomErrorResponses") or {}).get("Items") or []:
        page, code = item.get("ResponsePagePath") or None, item.get("ResponseCode") or None
        min_ttl = item.get("ErrorCachingMinTTL")
        rules[item["ErrorCode"]] = ErrorRule(10 if min_ttl is None else int(min_ttl), page, int(code) if code else None)
    return rules
