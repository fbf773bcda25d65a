"""The environment's parameters: what is published, and the registrations of lanes and of their sites."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gray.lanes.registration import Registration, RegistrationError
from gray.lanes.sites import SiteRegistration, site_files
from gray.release.site_files import SiteFiles

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

__all__ = ["Parameters", "read_parameters"]


@dataclass(frozen=True)
class Parameters:
    """The environment's parameters: the text of `current`, and the registrations of lanes and of sites by lane.

    `unreadable` says what is wrong with a lane's registration, by lane.
    """

    current: str | None
    registrations: Mapping[str, Registration]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, SiteRegistration] = field(default_factory=dict)
    unreadable_sites: tuple[str, ...] = ()

    @property
    def files(self) -> SiteFiles:
        """What the sites are to the edge."""
        return site_files(self.sites)[0]


def read_parameters(client: "SSMClient", prefix: str) -> Parameters:
    """`<prefix>/current`, `<prefix>/lanes/*` and `<prefix>/sites/*` in one call (10 parameters a page)."""
    values = _values(client, prefix)
    registrations, unreadable = _lanes(_of_kind(values, "lanes/"))
    sites = {lane: SiteRegistration.parse(lane, text) for lane, text in _of_kind(values, "sites/").items()}
    readable = {lane: site for lane, site in sites.items() if site is not None}
    without = tuple(lane for lane in sites if lane not in readable)
    return Parameters(values.get("current"), registrations, unreadable, readable, without)


def _values(client: "SSMClient", prefix: str) -> dict[str, str]:
    """Every parameter below the prefix, by the rest of its name."""
    values: dict[str, str] = {}
    token: str | None = None
    while True:
        more = {"NextToken": token} if token else {}
        page = client.get_parameters_by_path(Path=prefix, Recursive=True, MaxResults=10, **more)  # type: ignore[arg-type]
        values |= {entry["Name"].removeprefix(f"{prefix}/"): entry["Value"] for entry in page["Parameters"]}
        token = page.get("NextToken")
        if not token:
            return values


def _of_kind(values: Mapping[str, str], kind: str) -> dict[str, str]:
    """The values of a kind, by lane."""
    return {name.removeprefix(kind): text for name, text in values.items() if name.startswith(kind)}


def _lanes(texts: Mapping[str, str]) -> tuple[dict[str, Registration], dict[str, str]]:
    """The lanes' registrations, and what is wrong with those that cannot be read."""
    registrations: dict[str, Registration] = {}
    unreadable: dict[str, str] = {}
    for lane, text in texts.items():
        try:
            registrations[lane] = Registration.parse(lane, text)
        except RegistrationError as error:
            unreadable[lane] = str(error)
    return registrations, unreadable
