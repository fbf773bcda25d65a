"""One thing that is wrong, and its declaration: where, what, and the remedy, with places for the values."""

from dataclasses import dataclass
from enum import Enum
from string import Formatter

__all__ = ["Declared", "Problem"]


@dataclass(frozen=True)
class Problem:
    """Its place in the document (empty: the whole), what is wrong, and the remedy. `code` is the declaration's."""

    where: str
    what: str
    remedy: str = ""
    code: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}. {self.remedy}" if self.remedy else f"{place}{self.what}"


class Declared(Enum):
    """Problems before they happen: what, remedy, where. `{name}` stands for a value; no `where`: the value itself."""

    def __init__(self, what: str, remedy: str, where: str = "") -> None:
        self.texts = where, what, remedy

    def __call__(self, **values: object) -> Problem:
        where, what, remedy = (text.format_map(values) for text in self.texts)
        return Problem(where, what, remedy, self.code)

    @property
    def code(self) -> str:
        """Its name as documents and answers show it."""
        return self.name.lower().replace("_", "-")

    @property
    def shown(self) -> tuple[str, ...]:
        """The three texts with `…` for each value."""
        return tuple(map(_elided, self.texts))


def _elided(text: str) -> str:
    return "".join(literal + ("…" if field is not None else "") for literal, field, _, _ in Formatter().parse(text))
