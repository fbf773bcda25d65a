"""The shards of a release's lists: what they have to be, and what they may be in the store.

A list of a million ids takes seconds to build, and most publications change none. So the shards of a list that the
store has already are taken from the set in S3, if that is as the last publication left it.
"""

from collections.abc import Mapping

from gray.ledger import Ledger, ListShards
from gray.means import Means
from gray.release_target import Refused
from gray.shard_ledger import NOTHING, ListUse, doubtful, set_hash

__all__ = ["list_shards", "possible_values"]


def list_shards(means: Means, lists: Mapping[str, ListUse]) -> dict[str, str]:
    """Keys and values of all shards. Raises Refused when a list's file is missing or does not fit its layout."""
    if not lists:
        return {}
    ledger = means.ledger.read()
    kept = {name: use for name, use in lists.items() if _is_kept(ledger, name, use)}
    saved = _saved(means, ledger) if kept else {}
    found: dict[str, str] = {}
    for name, use in lists.items():
        prefix = f"s.{name}."
        known = {key: value for key, value in saved.items() if key.startswith(prefix)} if name in kept else {}
        found.update(known if len(known) == use.shards else _built(means, name, use))
    return found


def possible_values(
    means: Means, lists: Mapping[str, ListUse], target: Mapping[str, str]
) -> dict[str, list[str | None]]:
    """For each shard, the values it may have in the store, by the ledger as it is now; none for a shard that may lack.

    `target` has the shards as they have to be.
    """
    if not lists:
        return {}
    ledger = means.ledger.read()
    found: dict[str, list[str | None]] = {}
    for name, use in lists.items():
        digests = doubtful(ledger, name)
        if NOTHING in digests:
            continue
        for digest in digests:
            mine = digest == use.digest
            values = target if mine else _built(means, name, ListUse(digest, use.shards, use.salt))
            for key, value in values.items():
                if key.startswith(f"s.{name}."):
                    found.setdefault(key, []).append(value)
    return found


def _is_kept(ledger: Ledger, name: str, use: ListUse) -> bool:
    entry = ledger.lists.get(name)
    return ledger.complete and entry == ListShards(use.shards, use.salt, (use.digest,))


def _saved(means: Means, ledger: Ledger) -> Mapping[str, str]:
    try:
        saved = means.edge_config().read()
    except ValueError:
        return {}
    return saved if set_hash(saved) == ledger.saved_hash else {}


def _built(means: Means, name: str, use: ListUse) -> dict[str, str]:
    from gray.lists import ListError, build_shards, shard_key

    try:
        values = build_shards(means.lists().ids(use.digest), salt=use.salt, shards=use.shards)
    except (FileNotFoundError, ListError) as error:
        raise Refused([f"list {name}: {error}"]) from error
    return {shard_key(name, number): value for number, value in enumerate(values)}
