"""Conditions of a rule: the parts of `when`."""

import re
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from gray.release.validation.structure import refused
from gray.release.validation.value_problems import ValueProblem

__all__ = ["COUNTRY", "Condition", "FieldMatch", "Strict", "Window"]

COUNTRY = re.compile(r"[A-Z]{2}")
# RFC 9110 token: what a header or a cookie may be called.
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_VALUE_BYTES = 256
_MAX_VALUES = 50
_MAX_STARS = 8


class Strict(BaseModel):
    """A part of the document: unknown keys are errors, values are not guessed at."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=False, validate_by_alias=True, serialize_by_alias=True
    )


def _as_list(value: Any) -> Any:
    """One value may be written without brackets."""
    return [value] if isinstance(value, str) else value


def _text(value: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise refused(ValueProblem.TEXT_CONTROL)
    if len(value.encode(errors="surrogatepass")) > _VALUE_BYTES or not _is_unicode(value):
        raise refused(ValueProblem.TEXT_LONG, limit=_VALUE_BYTES)
    return value


def _is_unicode(value: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


def _name(value: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise refused(ValueProblem.NAME_FORM)
    return value


def _query_name(value: str) -> str:
    return _text(value) if value else _name(value)


def _glob(value: str) -> str:
    if not value.startswith(("/", "*")):
        raise refused(ValueProblem.GLOB_START, value=value)
    if re.search(r"[?\[\]{}\\]|\*\*", value):
        raise refused(ValueProblem.GLOB_SPECIAL, value=value)
    if "//" in value or re.search(r"(^|/)\.\.?(/|$)", value) or "%" in value:
        raise refused(ValueProblem.GLOB_ENCODED, value=value)
    if value.count("*") > _MAX_STARS:
        raise refused(ValueProblem.GLOB_STARS, value=value, limit=_MAX_STARS)
    return _text(value)


def _country(value: str) -> str:
    if not COUNTRY.fullmatch(value):
        raise refused(ValueProblem.COUNTRY_FORM, value=value)
    return value


def _cidr(value: str) -> str:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise refused(ValueProblem.CIDR_FORM, value=value) from None
    if "/" in value and str(network.network_address) != str(ip_network(value.split("/")[0]).network_address):
        raise refused(ValueProblem.CIDR_FIRST, value=value, network=network)
    if network.version == 6 and network.network_address.ipv4_mapped is not None and network.prefixlen >= 96:
        raise refused(ValueProblem.CIDR_MAPPED, value=value)
    return str(network)


_Text = Annotated[str, AfterValidator(_text)]
_Texts = Annotated[list[_Text], BeforeValidator(_as_list), Field(min_length=1, max_length=_MAX_VALUES)]


class FieldMatch(Strict):
    """What a cookie, header or query field has to be: exactly one of the four ways."""

    name: Annotated[str, AfterValidator(_query_name)]
    equals: _Text | None = None
    one_of: Annotated[list[_Text], Field(min_length=1, max_length=_MAX_VALUES)] | None = None
    prefix: _Texts | None = None
    exists: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [way for way in ("equals", "one_of", "prefix", "exists") if getattr(self, way) is not None]
        if len(ways) != 1:
            raise refused(ValueProblem.MATCH_ONE_WAY)
        if self.prefix is not None and "" in self.prefix:
            raise refused(ValueProblem.PREFIX_EMPTY)
        return self


class HeaderMatch(FieldMatch):
    """A header; its name is compared without regard to case."""

    @model_validator(mode="after")
    def _visible(self) -> Self:
        name = _name(self.name).lower()
        if name == "cookie":
            raise refused(ValueProblem.HEADER_COOKIE)
        if name.startswith("x-gray") or name in (
            "x-api-key",
            "baggage",
            "traceparent",
            "tracestate",
            "x-amzn-trace-id",
        ):
            raise refused(ValueProblem.HEADER_DELETED, name=name)
        return self


class CookieMatch(FieldMatch):
    """A cookie."""

    @model_validator(mode="after")
    def _ours(self) -> Self:
        if _name(self.name) == "__Host-gray":
            raise refused(ValueProblem.COOKIE_RESERVED)
        return self


class Window(Strict):
    """A time window: from (inclusive) and to (exclusive), each with its time zone; one of them may be missing."""

    start: datetime | None = Field(default=None, alias="from")
    end: datetime | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.start is None and self.end is None:
            raise refused(ValueProblem.WINDOW_EMPTY)
        for moment in (self.start, self.end):
            if moment is not None and moment.tzinfo is None:
                raise refused(ValueProblem.TIME_ZONE)
            if moment is not None and not 0 < moment.timestamp() < 4102444800:
                raise refused(ValueProblem.TIME_YEAR)
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise refused(ValueProblem.WINDOW_ORDER)
        return self


class Condition(Strict):
    """Exactly one kind of condition; `all`, `any` and `not` hold others."""

    user_list: Annotated[str, StringConstraints(min_length=1)] | None = Field(default=None, alias="list")
    cookie: CookieMatch | None = None
    header: HeaderMatch | None = None
    query: FieldMatch | None = None
    path: (
        Annotated[list[Annotated[str, AfterValidator(_glob)]], BeforeValidator(_as_list), Field(min_length=1)] | None
    ) = None
    country: (
        Annotated[list[Annotated[str, AfterValidator(_country)]], BeforeValidator(_as_list), Field(min_length=1)] | None
    ) = None
    device: (
        Annotated[list[Literal["mobile", "tablet", "desktop"]], BeforeValidator(_as_list), Field(min_length=1)] | None
    ) = None
    ip: (
        Annotated[list[Annotated[str, AfterValidator(_cidr)]], BeforeValidator(_as_list), Field(min_length=1)] | None
    ) = None
    time: Window | None = None
    every: Annotated[list["Condition"], Field(min_length=1)] | None = Field(default=None, alias="all")
    some: Annotated[list["Condition"], Field(min_length=1)] | None = Field(default=None, alias="any")
    no: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len(self.model_fields_set) != 1 or None in (getattr(self, name) for name in self.model_fields_set):
            raise refused(ValueProblem.CONDITION_ONE_KIND)
        return self

    def parts(self) -> list["Condition"]:
        """The conditions directly inside."""
        return [*(self.every or ()), *(self.some or ()), *([self.no] if self.no else ())]

    def mentions(self, name: str) -> bool:
        """Whether the list of that name is asked anywhere inside."""
        return self.user_list == name or any(part.mentions(name) for part in self.parts())

    def denies(self, name: str) -> bool:
        """Whether the list of that name is asked under a `not`."""
        if self.no is not None and self.no.mentions(name):
            return True
        return any(part.denies(name) for part in self.parts())
