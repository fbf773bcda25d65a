"""What a run of the control plane works with, in parts: a function takes the parts it needs.

A service behind a function is made when it is first asked for: a run with nothing to do pays for no import of pydantic
or awscrt, and makes no client it does not use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.history.list_files import ListFiles
from gray.history.revisions import Revisions
from gray.lanes.lane_table import LaneTable
from gray.lanes.parameters import Parameters
from gray.lanes.registration import Registration
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import CurrentParameter
from gray.publish.records.ledger import LedgerTable
from gray.publish.records.publication_log import PublicationLog
from gray.publish.store.store import Store

if TYPE_CHECKING:
    from gray.edge.grants import EdgeKeys
    from gray.lanes.adoption import Adoption

__all__ = ["Clock", "ControlPlane", "Edge", "History", "LaneServices", "Notices", "Records"]


@dataclass(frozen=True)
class History:
    """What people saved: revisions with HEAD, and the files of user lists."""

    revisions: Revisions
    lists: Callable[[], ListFiles]


@dataclass(frozen=True)
class Edge:
    """What a publication writes (store, set in S3, parameter `current`), and the keys and region that it needs."""

    store: Callable[[], Store]
    edge_config: Callable[[], EdgeConfig]
    current: Callable[[], CurrentParameter]
    keys: Callable[[], "EdgeKeys"]
    region: str


@dataclass(frozen=True)
class Records:
    """What is known of publications: one record each, and the ledger of what the store may hold."""

    log: PublicationLog
    ledger: LedgerTable


@dataclass(frozen=True)
class LaneServices:
    """The gray lanes: what is known of each, and what can be done with one. `keys` are the origin's API keys, by id.

    `preflight` says what is wrong with a lane (`whole` compares every file, otherwise the manifest and the health
    check are enough); `switch` makes a lane's API call its own function (True) or stable's.
    """

    table: LaneTable
    adoption: Callable[[], "Adoption"]
    preflight: Callable[[Registration, bool], str]
    switch: Callable[[Registration, bool], None]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Clock:
    """`now` is unix seconds, `wait` sleeps."""

    now: Callable[[], float]
    wait: Callable[[float], None]

    def millis(self) -> int:
        """Unix milliseconds."""
        return int(self.now() * 1000)


@dataclass(frozen=True)
class Notices:
    """What others hear of this environment: `announce` sends the publication event, `warn` mails people a subject and
    a text."""

    environment: str
    announce: Callable[[Mapping[str, object]], None]
    warn: Callable[[str, str], None]


@dataclass(frozen=True)
class ControlPlane:
    """Everything a run may use. `parameters` reads `current` and the lanes' registrations in one call."""

    history: History
    edge: Edge
    records: Records
    lanes: LaneServices
    parameters: Callable[[], Parameters]
    clock: Clock
    notices: Notices
