"""An application as its template describes it: APIs with their routes, and distributions with their behaviors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grayctl.onboarding.findings import Finding, Unsure, found
from grayctl.onboarding.template import Template
from grayctl.onboarding.values import Values, known

type Kind = Literal["rest-api", "http-api", "function-url"]

ANY_METHOD = "ANY"
ANY_PATH = "/{proxy+}"
DEFAULT_STAGE = "$default"


@dataclass(frozen=True)
class Route:
    """One path of an API, as API Gateway writes it, and its method in capitals or ANY."""

    method: str
    path: str


@dataclass(frozen=True)
class Api:
    """An API by its logical id. `stage` may have a `${...}`; `allows` are the addresses that its CORS names."""

    id: str
    kind: Kind
    stage: str = ""
    routes: tuple[Route, ...] = ()
    allows: tuple[str, ...] = ()
    answers_options: bool = False
    streams: bool = False


@dataclass(frozen=True)
class Behavior:
    """A behavior of a distribution.

    `api` is the logical id of the API that it leads to, empty for any other origin; it and `pattern` have a `${...}`
    where only a deployment knows them. `at_root`: the origin has a path of its own, so a viewer's path has no stage in
    it. `functions` and `lambdas` are event types.
    """

    where: str
    pattern: str
    api: str
    at_root: bool
    methods: frozenset[str]
    functions: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """A distribution; `behaviors` in order of precedence, the default one (pattern `*`) last.

    `has_error_page`: what the bucket has no file for becomes a page by a custom error page.
    """

    id: str
    behaviors: tuple[Behavior, ...]
    continuous: bool = False
    has_error_page: bool = False


@dataclass(frozen=True)
class Application:
    """All of one template. `unread` says what could not be read in it."""

    apis: Mapping[str, Api]
    distributions: tuple[Distribution, ...]
    unread: tuple[Finding, ...] = ()

    @property
    def has_unknown_origin(self) -> bool:
        """Whether a behavior may lead to any of the APIs."""
        return not known(*(one.api for each in self.distributions for one in each.behaviors))

    def leading_to(self, api: str) -> Iterator[Behavior]:
        """The behaviors that lead to an API."""
        return (one for each in self.distributions for one in each.behaviors if one.api == api)


@dataclass
class Reading:
    """A template that is being read: its resources, its values, and what could not be read so far."""

    template: Template
    unread: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values = Values(self.template)
        # A resource whose condition does not hold with the template's own defaults is not there.
        self.resources: dict[str, Mapping[str, Any]] = {
            name: one
            for name, one in self.template["Resources"].items()
            if not name.startswith("Fn::") and self.values.holds(str(one.get("Condition", ""))) is not False
        }

    def of_type(self, *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The resources of these types: logical id, and properties with their `Fn::If` taken."""
        for name, one in self.resources.items():
            if one["Type"] in kinds:
                yield name, self.values.taken(one.get("Properties") or {})

    def mapping_at(self, where: str, value: Any) -> Mapping[str, Any]:
        """The mapping at a place; told, and empty, when only a deployment knows it."""
        found_here = mapping(value)
        if any(key == "Ref" or str(key).startswith("Fn::") for key in found_here):
            self.unread.append(found(Unsure.NOT_READ, where=where, what="what is here"))
            return {}
        return found_here

    def list_at(self, where: str, value: Any) -> Sequence[Any]:
        """The list at a place; told, and empty, when only a deployment knows it."""
        if value is not None and not isinstance(value, list):
            self.unread.append(found(Unsure.NOT_READ, where=where, what="the list here"))
        return sequence(value)

    def globals(self, section: str) -> Mapping[str, Any]:
        """SAM's Globals for one kind of resource."""
        return mapping(self.values.taken(mapping(self.template.get("Globals")).get(section)))


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, or an empty mapping where it is none."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    """The value, or an empty list where it is none."""
    return value if isinstance(value, list) else []


def pattern_of(path: str) -> str:
    """A behavior's path pattern that takes an API's path, and whatever begins as it does: `/cart*` of `/cart/{id}`."""
    first = path.split("/")[1]
    return "/*" if "{" in first else f"/{first}*" if first else "/"
