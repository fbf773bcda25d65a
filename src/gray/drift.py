"""Drift: a key of the store, the set in S3 or the parameter that is not as the last publication left it.

The ledger has what was left: the parameter's text and hashes of the rest. Nothing is compared while a publication is
under way, and what was found is believed only if none began meanwhile.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from gray.ledger import Ledger
from gray.means import Means
from gray.publication import CONFIG, FENCE, part_keys
from gray.published import Current, stamped
from gray.publisher import Ask, Publisher
from gray.rebuild import restore
from gray.records import REFUSED
from gray.shard_ledger import content_hash, forget_lists, set_hash
from gray.store import PAGE, Store, batches
from gray.store_writer import Superseded, carry_out, observe

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
class Findings:
    """What was found, and the keys nobody knows."""

    drifts: tuple[Drift, ...]
    unknown: tuple[str, ...] = ()
    fence: int = 0


def check_drift(means: Means, *, every: int, repair: bool = True) -> list[Drift]:
    """Compares all three places, when the last time is `every` seconds ago (0: now), and repairs what it finds.

    A store killed directly is no drift to undo: HEAD follows it. A table that is older than the store (restored from a
    backup) is reported and left to a person: `grayctl rebuild`.
    """
    now = int(means.now())
    ledger = means.ledger.read()
    if not ledger.complete or not ledger.published or (every and ledger.checked_at + every > now):
        return []
    full = not every or ledger.items <= PAGE or ledger.scanned_at + FULL_SCAN_SECONDS <= now
    findings = _find(means, ledger, full=full)
    if means.ledger.read().version != ledger.version:
        return []  # a publication began meanwhile: what was read may be half of it
    means.ledger.change(lambda kept: replace(kept, checked_at=now, scanned_at=now if full else kept.scanned_at))
    if findings.drifts and repair and all(drift.where != "table" for drift in findings.drifts):
        _repair(means, ledger, findings)
    return list(findings.drifts)


def _find(means: Means, ledger: Ledger, *, full: bool) -> Findings:
    current = Current.parse(ledger.published)
    saved, drifts = _of_s3(means, ledger)
    store, unknown, fence = _of_store(means.store(), ledger, saved, full=full)
    drifts += store
    text = means.parameters().current
    if text != ledger.published:
        there = Current.parse(text)
        ahead = there and current and there.sequence > current.sequence and fence > current.sequence
        drifts.append(
            Drift("table", "head", "is older than what is published; `grayctl rebuild` goes on from there")
            if ahead
            else Drift("parameter", "current", "is missing" if text is None else "was changed")
        )
    return Findings(tuple(drifts), tuple(unknown), fence)


def _of_s3(means: Means, ledger: Ledger) -> tuple[dict[str, str], list[Drift]]:
    try:
        saved = means.edge_config().read()
    except ValueError:
        return {}, [Drift("s3", "edge-config.json", "cannot be read")]
    if set_hash(saved) == ledger.saved_hash:
        return saved, []
    return {}, [Drift("s3", "edge-config.json", "was changed" if saved else "is missing")]


def _of_store(store: Store, ledger: Ledger, saved: dict[str, str], *, full: bool) -> tuple[list[Drift], list[str], int]:
    """`saved` is the set in S3, or empty when that cannot be relied on: then only `config` can be compared."""
    observed = observe(store)
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
        return found, [], observed.fence.sequence
    old = {key for number, parts in ledger.parts.items() for key in part_keys(int(number), parts)}
    others = {key: value for key, value in saved.items() if key not in (CONFIG, FENCE)}
    for key, value in others.items():
        if entries.get(key) != value:
            found.append(Drift("store", key, "was changed" if key in entries else "is missing"))
    unknown = [
        key for key in entries if saved and key not in saved and key not in old and not _of_known_list(key, ledger)
    ]
    found += [Drift("store", key, "is not known") for key in unknown]
    return found, unknown, observed.fence.sequence


def _of_known_list(key: str, ledger: Ledger) -> bool:
    kind, _, rest = key.partition(".")
    return kind == "s" and rest.rpartition(".")[0] in ledger.lists


def _repair(means: Means, ledger: Ledger, findings: Findings) -> None:
    """Publishes HEAD again, over whatever is there; puts the parameter back; removes unknown keys."""
    where = {drift.where for drift in findings.drifts}
    if where == {"parameter"}:
        current = Current.parse(ledger.published)
        if current:
            means.current().write(current, overrule=True)
        return
    if findings.fence > ledger.confirmed:
        means.records.raise_sequence(findings.fence)
    forget_lists(means.ledger)
    record = Publisher(means).publish(Ask("drift", force=True, overrule=True))
    if record.status == REFUSED:
        _restore(means, ledger)
    if findings.unknown:
        _remove(means.store(), findings.unknown)


def _restore(means: Means, ledger: Ledger) -> None:
    """HEAD is refused, so what was published before it stays: from S3, if that is as it was left."""
    saved = means.edge_config().read()
    stamp = stamped(saved.get(CONFIG))
    if stamp and set_hash(saved) == ledger.saved_hash:
        with suppress(Superseded):
            restore(means, saved, stamp, still=lambda: means.ledger.read().intent == ledger.intent)


def _remove(store: Store, keys: tuple[str, ...]) -> None:
    observed = observe(store)
    present = [key for key in keys if observed.entries is None or key in observed.entries]
    if present:
        carry_out(store, batches({}, present, every={FENCE: str(observed.fence)}), observed.etag)
