"""The shards of a release's lists: what they have to be, and what they may be in the store.

A list of a million ids takes seconds to build, and most publications change none. So the shards of a list that the
store has already are taken from the set in S3, if that is as the last publication left it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gray.publish.control_plane import ControlPlane
from gray.publish.prepare import Refused
from gray.publish.records.ledger import ListShards
from gray.publish.records.list_ledger import NOTHING, ListUse, doubtful, set_hash

__all__ = ["ShardSets", "list_shards", "possible_values"]


@dataclass(frozen=True)
class ShardSets:
    """The shards as they have to be, and, by list and digest, those that are known without building them."""

    target: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def list_shards(plane: ControlPlane, lists: Mapping[str, ListUse]) -> ShardSets:
    """All shards of `lists`. Raises Refused when a list's file is missing or does not fit its layout."""
    if not lists:
        return ShardSets()
    known = _published(plane, lists)
    for name, use in lists.items():
        if (name, use.digest) not in known:
            known[name, use.digest] = _built(plane, name, use)
    target = {key: value for name, use in lists.items() for key, value in known[name, use.digest].items()}
    return ShardSets(target, known)


def possible_values(plane: ControlPlane, lists: Mapping[str, ListUse], sets: ShardSets) -> dict[str, list[str | None]]:
    """For each shard, the values it may have in the store, by the ledger as it is now; none for one that may lack."""
    if not lists:
        return {}
    ledger = plane.records.ledger.read()
    found: dict[str, list[str | None]] = {}
    for name, use in lists.items():
        digests = doubtful(ledger, name)
        if NOTHING in digests:
            continue
        try:
            versions = [
                sets.known.get((name, digest)) or _built(plane, name, ListUse(digest, use.shards, use.salt))
                for digest in digests
            ]
        except Refused:
            continue  # the file of an earlier version is gone: its shards may be anything
        for version in versions:
            for key, value in version.items():
                found.setdefault(key, []).append(value)
    return found


def _published(plane: ControlPlane, lists: Mapping[str, ListUse]) -> dict[tuple[str, str], Mapping[str, str]]:
    """The shards of these lists as they were published last, by the set in S3, where that can be believed."""
    ledger = plane.records.ledger.read()
    settled = {
        name: ledger.lists[name].digests[0]
        for name, use in lists.items()
        if name in ledger.lists
        and ledger.lists[name] == ListShards(use.shards, use.salt, ledger.lists[name].digests[:1])
    }
    if not settled or not ledger.complete:
        return {}
    try:
        saved = plane.edge.edge_config().read()
    except ValueError:
        return {}
    if set_hash(saved) != ledger.saved_hash:
        return {}
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for name, digest in settled.items():
        shards = {key: value for key, value in saved.items() if key.startswith(f"s.{name}.")}
        if len(shards) == lists[name].shards:
            found[name, digest] = shards
    return found


def _built(plane: ControlPlane, name: str, use: ListUse) -> dict[str, str]:
    from gray.release.user_lists import ListError, build_shards, shard_key

    try:
        values = build_shards(plane.history.lists().ids(use.digest), salt=use.salt, shards=use.shards)
    except (FileNotFoundError, ListError) as error:
        raise Refused([f"list {name}: {error}"]) from error
    return {shard_key(name, number): value for number, value in enumerate(values)}
