"""The counts of a preview, summarized: moves between lanes, by rule, country and device."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grayctl.preview.engine import Counted, Kind

STABLE = "v1"
# A viewer's lane before and after.
Move = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """The viewers of one rule, country or device, by move."""

    name: str
    moves: dict[Move, int]

    @property
    def viewers(self) -> int:
        """The number of viewers."""
        return sum(self.moves.values())


@dataclass(frozen=True)
class Moves:
    """The summary of a preview. Largest groups first."""

    viewers: int
    moves: dict[Move, int]
    examples: dict[Move, list[str]]
    rules: list[Group]
    countries: list[Group]
    devices: list[Group]

    @property
    def moving(self) -> int:
        """How many viewers change lanes."""
        return sum(count for (before, after), count in self.moves.items() if before != after)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        return {
            "viewers": self.viewers,
            "moving": self.moving,
            "moves": [
                {
                    "from": before,
                    "to": after,
                    "viewers": count,
                    "percent": round(100 * count / self.viewers, 3) if self.viewers else 0.0,
                    "examples": self.examples.get((before, after), []),
                }
                for (before, after), count in self.moves.items()
            ],
            "by_rule": _groups_json(self.rules),
            "by_country": _groups_json(self.countries),
            "by_device": _groups_json(self.devices),
        }


def summed_up(counted: Counted) -> Moves:
    """Moves first, then viewers that stay."""
    moves: Counter[Move] = Counter()
    for kind, count in counted.counts.items():
        moves[kind[0], kind[1]] += count
    return Moves(
        viewers=sum(moves.values()),
        moves=dict(sorted(moves.items(), key=lambda item: (item[0][0] == item[0][1], item[0]))),
        examples=counted.examples,
        rules=_groups(counted, _rule),
        countries=_groups(counted, lambda kind: kind[4] or "unknown"),
        devices=_groups(counted, lambda kind: kind[5] or "unknown"),
    )


def reasons(counted: Counted, reason: str) -> int:
    """Number of viewers with this reason after the change."""
    return sum(count for kind, count in counted.counts.items() if kind[3] == reason)


def _rule(kind: Kind) -> str:
    """The relevant rule: the one that leads into gray, else the one that led there, else the edge's reason."""
    before, after, reason_before, reason_after, _, _ = kind
    if after != STABLE and before != after:
        return reason_after
    return reason_before if before != STABLE else reason_after


def _groups(counted: Counted, name: Callable[[Kind], str]) -> list[Group]:
    found: dict[str, Counter[Move]] = {}
    for kind, count in counted.counts.items():
        found.setdefault(name(kind), Counter())[kind[0], kind[1]] += count
    groups = [Group(key, dict(moves)) for key, moves in found.items()]
    return sorted(groups, key=lambda group: (-group.viewers, group.name))


def _groups_json(groups: list[Group]) -> list[dict[str, Any]]:
    return [
        {"name": group.name, "from": before, "to": after, "viewers": count}
        for group in groups
        for (before, after), count in sorted(group.moves.items())
    ]
