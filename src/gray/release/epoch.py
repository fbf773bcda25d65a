"""Whether a new revision takes back grants that were given under the one before.

The epoch rises unless a change is provably additive: then everybody who is in a gray lane would be sent there again.
Additive are: a percentage up with everything before it unchanged, rules appended last, ids added to a list, a longer
or shorter lease, a note, a pause.
"""

from collections.abc import Callable, Mapping

from gray.release.document import Release, Rule, State

__all__ = ["raises_epoch"]

OnlyAdded = Mapping[str, bool] | Callable[[str], bool]
_OPEN = (State.ACTIVE, State.PAUSED)


def raises_epoch(before: Release, after: Release, ids_only_added: OnlyAdded) -> bool:
    """True unless `after` only adds to `before`. `ids_only_added` says it of a list whose digest has changed."""
    if before.salt != after.salt or before.identity != after.identity:
        return True
    if before.state != after.state and not (before.state in _OPEN and after.state in _OPEN):
        return True
    if after.lanes[: len(before.lanes)] != before.lanes:
        return True
    if any(after.reserved.get(lane) != span for lane, span in before.reserved.items()):
        return True
    return not (_lists_only_grow(before, after, ids_only_added) and _rules_only_grow(before.rules, after.rules))


def _rules_only_grow(before: list[Rule], after: list[Rule]) -> bool:
    """The old rules are there, in order, the same or with a higher percentage; new ones come last."""
    if len(after) < len(before):
        return False
    for old, new in zip(before, after, strict=False):
        if old == new:
            continue
        if old.model_copy(update={"percent": new.percent}) != new:
            return False
        if old.percent is None or new.percent is None or new.percent < old.percent:
            return False
    return True


def _lists_only_grow(before: Release, after: Release, ids_only_added: OnlyAdded) -> bool:
    for name, old in before.lists.items():
        new = after.lists.get(name)
        if new is None or old.model_copy(update={"digest": new.digest, "ids": new.ids}) != new:
            return False
        if old.digest == new.digest:
            continue
        # More ids under a `not` take viewers out.
        if not _asked(ids_only_added, name) or any(rule.when and rule.when.denies(name) for rule in after.rules):
            return False
    return True


def _asked(ids_only_added: OnlyAdded, name: str) -> bool:
    return ids_only_added(name) if callable(ids_only_added) else ids_only_added.get(name, False)
