"""What a run of the control plane works with: the environment's names, and the ways to each service.

Each service is a function that makes it when it is first asked for: a run with nothing to do pays for no import of
pydantic or awscrt, and makes no client it does not use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gray.history.list_files import ListFiles
from gray.history.revisions import Revisions
from gray.lanes.registration import LaneTable, Parameters, Registration
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import CurrentParameter
from gray.publish.records.ledger import LedgerTable
from gray.publish.records.publication_log import Records
from gray.publish.store.store import Store

if TYPE_CHECKING:
    from gray.edge.grants import EdgeKeys
    from gray.lanes.adoption import Adoption

__all__ = ["Means"]


@dataclass(frozen=True)
class Means:
    """Everything a run may use. `now` is unix seconds, `wait` sleeps.

    `preflight` says what is wrong with a lane (`whole` compares every file, otherwise the manifest and the health
    check are enough); `switch` makes a lane's API call its own function (True) or stable's; `announce` sends the
    publication event; `warn` tells people (subject, text).
    """

    environment: str
    region: str
    revisions: Revisions
    records: Records
    ledger: LedgerTable
    lanes: LaneTable
    parameters: Callable[[], Parameters]
    current: Callable[[], CurrentParameter]
    edge_config: Callable[[], EdgeConfig]
    store: Callable[[], Store]
    keys: Callable[[], "EdgeKeys"]
    lists: Callable[[], ListFiles]
    adoption: Callable[[], "Adoption"]
    preflight: Callable[[Registration, bool], str]
    switch: Callable[[Registration, bool], None]
    announce: Callable[[Mapping[str, object]], None]
    warn: Callable[[str, str], None]
    now: Callable[[], float]
    wait: Callable[[float], None]
