"""One thing that is wrong, and its declaration: where, what, and the remedy, with places for the values."""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from types import ModuleType

__all__ = ["Declared", "Problem", "declared_in"]


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


@dataclass(frozen=True)
class Declared:
    """A problem before it happens. `{name}` in a text stands for a value; without `where` it is at the value itself."""

    code: str
    what: str
    remedy: str
    where: str = ""

    def __call__(self, **values: object) -> Problem:
        where, what, remedy = (text.format_map(values) for text in (self.where, self.what, self.remedy))
        return Problem(where, what, remedy, self.code)

    @property
    def shown(self) -> Problem:
        """As the reference shows it, with `…` for each value."""
        return Problem(_elided(self.where), _elided(self.what), _elided(self.remedy), self.code)


def declared_in(module: ModuleType) -> Iterator[Declared]:
    """The declarations of a module, in their order."""
    yield from (value for value in vars(module).values() if isinstance(value, Declared))


def _elided(text: str) -> str:
    return "".join(literal + ("…" if field is not None else "") for literal, field, _, _ in Formatter().parse(text))
