"""Drift: a key of the store, the set in S3 or the parameter that is not as the last publication left it.

The ledger has what was left: the parameter's text and hashes of the rest. Nothing is compared while a publication is
under way, and what was found is believed only if none began meanwhile.
"""

from dataclasses import dataclass, replace
from typing import Literal

from gray.edge.config import CONFIG, FENCE, Stamp, part_keys, stamped
from gray.history.revisions import Revisions
from gray.publish.control_plane import ControlPlane
from gray.publish.publisher import Publisher, PublishRequest
from gray.publish.records.backup import EdgeConfig
from gray.publish.records.current import Published
from gray.publish.records.ledger import Ledger
from gray.publish.records.list_ledger import content_hash, forget_lists, set_hash
from gray.publish.store.store import PAGE, Store, batches
from gray.publish.store.writer import carry_out, observe

__all__ = ["Drift", "check_drift"]

Where = Literal["store", "s3", "parameter", "table"]
# A store too big for one page is compared key by key once a day; in between by its counts and its config.
FULL_SCAN_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Drift:
    """One difference: where, which key, and what is wrong with it."""

    where: Where
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key} {self.what}"


@dataclass(frozen=True)
class Comparison:
    """The differences, the unknown keys, and the highest sequence in any of the three places."""

    drifts: tuple[Drift, ...]
    unknown: tuple[str, ...] = ()
    highest: int = 0


def check_drift(plane: ControlPlane, *, every: int, repair: bool = True) -> list[Drift]:
    """Compares all three places, when the last time is `every` seconds ago (0: now), and repairs what it finds.

    A store killed directly is no drift to undo: HEAD follows it. A table that is older than the store (restored from a
    backup) is reported and left to a person: `grayctl rebuild`.
    """
    now = int(plane.clock.now())
    ledger = plane.records.ledger.read()
    if not ledger.complete or not ledger.published or (every and ledger.checked_at + every > now):
        return []
    full = not every or ledger.items <= PAGE or ledger.scanned_at + FULL_SCAN_SECONDS <= now
    compared = _find(plane, ledger, full=full)
    if plane.records.ledger.read().version != ledger.version:
        return []  # a publication began meanwhile: what was read may be half of it
    plane.records.ledger.change(lambda kept: replace(kept, checked_at=now, scanned_at=now if full else kept.scanned_at))
    if compared.drifts and repair and all(drift.where != "table" for drift in compared.drifts):
        _repair(plane, compared)
    return list(compared.drifts)


def _find(plane: ControlPlane, ledger: Ledger, *, full: bool) -> Comparison:
    saved, drifts = _of_s3(plane.edge.edge_config(), ledger)
    store, unknown, fence, there = _of_store(plane.edge.store(), ledger, saved, full=full)
    drifts += store
    text = plane.parameters().current
    parameter = Published.parse(text)
    if text != ledger.published:
        drifts.append(
            Drift("table", "head", "is older than what is published; run `grayctl rebuild`")
            if _table_is_older(plane.history.revisions, there, parameter)
            else Drift("parameter", "current", "is missing" if text is None else "was changed")
        )
    named = [fence, there.sequence if there else 0, parameter.sequence if parameter else 0]
    return Comparison(tuple(drifts), tuple(unknown), max(named))


def _table_is_older(revisions: Revisions, there: Stamp | None, parameter: Published | None) -> bool:
    """The store and the parameter agree on a revision that HEAD never was at."""
    if there is None or parameter is None:
        return False
    head = revisions.head()
    return head is None or min(there.revision, parameter.revision) > head.revision


def _of_s3(edge_config: EdgeConfig, ledger: Ledger) -> tuple[dict[str, str], list[Drift]]:
    try:
        saved = edge_config.read()
    except ValueError:
        return {}, [Drift("s3", "edge-config.json", "cannot be read")]
    if set_hash(saved) == ledger.saved_hash:
        return saved, []
    return {}, [Drift("s3", "edge-config.json", "was changed" if saved else "is missing")]


def _of_store(
    store: Store, ledger: Ledger, saved: dict[str, str], *, full: bool
) -> tuple[list[Drift], list[str], int, Stamp | None]:
    """What is wrong, the unknown keys, the fence's sequence and the config's stamp.

    `saved` is the set in S3, or empty when that cannot be relied on: then only `config` can be compared.
    """
    observed = observe(store)
    there = stamped(observed.config)
    found: list[Drift] = []
    if observed.config is None or content_hash(observed.config) != ledger.config_hash:
        found.append(Drift("store", CONFIG, "is missing" if observed.config is None else "was changed"))
    if observed.fence.sequence != ledger.confirmed or observed.fence.direct:
        found.append(Drift("store", FENCE, f"is {observed.fence}, publication {ledger.confirmed} left its own number"))
    entries = observed.entries
    if entries is None and full:
        entries = dict(store.entries())
    if entries is None:
        meta = store.describe()
        if (meta.items, meta.size) != (ledger.items, ledger.size):
            found.append(
                Drift(
                    "store", "*", f"has {meta.items} keys, {meta.size} bytes instead of {ledger.items}, {ledger.size}"
                )
            )
        return found, [], observed.fence.sequence, there
    old = {key for number, parts in ledger.parts.items() for key in part_keys(int(number), parts)}
    others = {key: value for key, value in saved.items() if key not in (CONFIG, FENCE)}
    for key, value in others.items():
        if entries.get(key) != value:
            found.append(Drift("store", key, "was changed" if key in entries else "is missing"))
    unknown = [
        key for key in entries if saved and key not in saved and key not in old and not _of_known_list(key, ledger)
    ]
    found += [Drift("store", key, "is not known") for key in unknown]
    return found, unknown, observed.fence.sequence, there


def _of_known_list(key: str, ledger: Ledger) -> bool:
    kind, _, rest = key.partition(".")
    return kind == "s" and rest.rpartition(".")[0] in ledger.lists


def _repair(plane: ControlPlane, compared: Comparison) -> None:
    """Publishes HEAD again (or what stands by for it) above every sequence that was found; removes unknown keys."""
    plane.records.log.raise_sequence(compared.highest)
    forget_lists(plane.records.ledger)
    Publisher(plane).publish(PublishRequest("drift", force=True, repair=True))
    if compared.unknown:
        _remove(plane.edge.store(), compared.unknown)


def _remove(store: Store, keys: tuple[str, ...]) -> None:
    observed = observe(store)
    present = [key for key in keys if observed.entries is None or key in observed.entries]
    if present:
        carry_out(store, observed, batches({}, present, every={FENCE: str(observed.fence)}))
