"""Who may be in gray by a rule: the few conditions of the histories, judged without the edge's code."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from gray.release.conditions import Condition
from gray.release.document import Release, Rule

__all__ = ["Facts", "bucket", "may_match"]


@dataclass(frozen=True)
class Facts:
    """What is true of a viewer. `id` is the identity, else the anonymous id; `members` has all ids a list ever had."""

    identity: str
    id: str
    has_beta: bool
    now: float
    members: Collection[str]


def bucket(salt: str, id_: str) -> int:
    """0 to 9,999, from the first 32 bits of SHA-256."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{id_}".encode()).digest()[:4]) * 10_000 >> 32


def may_match(rule: Rule, release: Release, facts: Facts) -> bool:
    """Whether the rule may lead this viewer anywhere."""
    if rule.percent is not None:
        share = round(rule.percent * 100)
        mine = bucket(release.salt, facts.id)
        grows_up = release.lanes[0] == rule.lane
        if not facts.id or not (mine < share if grows_up else mine >= 10_000 - share):
            return False
    return rule.when is None or _holds(rule.when, facts)


def _holds(when: Condition, facts: Facts) -> bool:
    if when.every is not None:
        return all(_holds(part, facts) for part in when.every)
    if when.user_list is not None:
        return bool(facts.identity) and facts.identity in facts.members
    if when.cookie is not None:
        return when.cookie.name == "beta" and facts.has_beta
    if when.time is not None and when.time.end is not None:
        return facts.now < when.time.end.timestamp()
    raise AssertionError(f"the histories do not know this condition: {when}")
