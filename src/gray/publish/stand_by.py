"""What stays published while HEAD is refused: the last whole set, without the lanes that viewers may not be sent to.

The set is taken from S3 as it was written, so neither a release, nor a list, nor a lane is needed for it. Its lease
ends when it would have ended: only a publication of HEAD renews it.
"""

from collections.abc import Mapping
from dataclasses import replace

from gray.edge.config import CONFIG, Stamp, again, lanes_of, origins_text, part_key, part_keys, stamped, unmask
from gray.history.revision import KILLED, Head
from gray.publish.control_plane import ControlPlane
from gray.publish.kill_publisher import follow_kill, publish_kill
from gray.publish.lane_watch import FoundLanes
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import Published
from gray.publish.records.ledger import Ledger, LedgerMoved
from gray.publish.records.list_ledger import NOTHING, doubtful, set_hash
from gray.publish.records.publication_log import REFUSED, SUPERSEDED, Record
from gray.publish.store.write_plan import Target
from gray.publish.store.writer import StillKilled, Superseded, observe
from gray.publish.write import Ready, write_publication

__all__ = ["stand_by"]


def stand_by(
    plane: ControlPlane, lanes: FoundLanes, current: Published | None, *, trigger: str, repair: bool
) -> Record | None:
    """Publishes again what is published, when that is needed; else returns None.

    It is needed when lanes must be taken away, a run was interrupted, or a `repair` reverts a change by hand.
    `current` is what the parameter says.
    """
    ledger = plane.records.ledger.read()
    published = Published.parse(ledger.published) if ledger.complete and ledger.published else current
    there = published.lanes if published else {}
    if not repair and ledger.complete and _left(there, lanes) == dict(there):
        return None
    record = Record(plane.records.log.next_sequence(), trigger, started_at=plane.clock.millis())
    try:
        record = _again(plane, record, lanes, published, ledger, repair=repair)
    except StillKilled as killed:
        return follow_kill(plane, killed, record)
    except (Superseded, LedgerMoved) as newer:
        record = record.closed(SUPERSEDED, plane.clock.millis(), errors=[str(newer)])
    plane.records.log.put(record)
    return record


def _again(
    plane: ControlPlane,
    record: Record,
    lanes: FoundLanes,
    published: Published | None,
    ledger: Ledger,
    *,
    repair: bool,
) -> Record:
    observed = observe(plane.edge.store())
    killed = stamped(observed.config)
    if killed and killed.state == KILLED:
        return _killed_again(plane, killed, observed.fence.direct, record)
    saved = _saved(plane.edge.edge_config())
    stamp = stamped(saved.get(CONFIG))
    if stamp is None or not _whole(saved, stamp) or (ledger.complete and set_hash(saved) != ledger.saved_hash):
        why = "there is no complete set in S3; the edge keeps what it has until the lease ends"
        return record.closed(REFUSED, plane.clock.millis(), errors=[why])
    ready = _ready(plane, record.sequence, saved, stamp, lanes, published)
    record = replace(record, revision=stamp.revision, epoch=stamp.epoch, state=stamp.state)
    return write_publication(plane, record, ready, repair=repair)


def _killed_again(plane: ControlPlane, stamp: Stamp, direct: str, record: Record) -> Record:
    """What is published is a kill: one that HEAD does not know, or one that stays while its resume is refused."""
    head = plane.history.revisions.head()
    unanswered = direct and not plane.history.revisions.acted_on(direct)
    if unanswered or head is None or head.killed or head.epoch <= stamp.epoch:
        raise StillKilled(stamp, direct)
    return publish_kill(plane, Head(stamp.revision, stamp.epoch, KILLED), record)


def _saved(edge_config: EdgeConfig) -> dict[str, str]:
    try:
        return edge_config.read()
    except ValueError:
        return {}


def _whole(saved: Mapping[str, str], stamp: Stamp) -> bool:
    return all(key in saved for key in part_keys(stamp.sequence, stamp.parts))


def _ready(
    plane: ControlPlane,
    sequence: int,
    saved: Mapping[str, str],
    stamp: Stamp,
    lanes: FoundLanes,
    published: Published | None,
) -> Ready:
    config = saved[CONFIG]
    named = lanes_of(config)
    live = _left(named, lanes)
    same = published if published and published.revision == stamp.revision else None
    old = part_keys(stamp.sequence, stamp.parts)
    target = Target(
        unmask(again(config, sequence, live), plane.edge.keys()),
        {part_key(sequence, at): _renumbered(saved[key], sequence) for at, key in enumerate(old, 1)},
        {key: value for key, value in saved.items() if key.startswith("s.")},
    )
    current = Published(
        sequence,
        stamp.revision,
        stamp.epoch,
        stamp.state,
        "",
        stamp.until,
        int(plane.clock.now()),
        same.lease if same else 0,
        live,
        same.wants if same else tuple(named),
        same.files if same else "",
    )
    return Ready(target, current, "", lambda: _possible(plane.records.ledger.read(), target.shards))


def _list_of(shard: str) -> str:
    return shard.removeprefix("s.").rpartition(".")[0]


def _left(named: Mapping[str, str], lanes: FoundLanes) -> dict[str, str]:
    return {name: origins_text(lanes.live[name]) for name in named if name in lanes.live}


def _renumbered(part: str, sequence: int) -> str:
    """A part of the config begins with the sequence of its publication."""
    return f"{sequence}|{part.partition('|')[2]}"


def _possible(ledger: Ledger, shards: Mapping[str, str]) -> dict[str, list[str | None]]:
    """Where the ledger is sure of a list, its shards are in the store as they are in the set."""
    return {key: [value] for key, value in shards.items() if _sure(ledger, _list_of(key))}


def _sure(ledger: Ledger, name: str) -> bool:
    digests = doubtful(ledger, name)
    return len(digests) == 1 and NOTHING not in digests
