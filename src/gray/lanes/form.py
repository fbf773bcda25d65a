"""What JSON must look like: one description that tells in words what is wrong, and that is a JSON Schema.

Without pydantic, whose import takes longer than a kill has.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Choice", "Form", "Items", "Kinds", "Names", "Record", "Text"]

type Schema = dict[str, Any]


class Form(Protocol):
    """`problems` has a line for each thing that is wrong with a value: where, what, and the way out."""

    @property
    def what(self) -> str: ...

    def problems(self, value: object, where: str) -> list[str]: ...

    def schema(self) -> Schema: ...


@dataclass(frozen=True)
class Text:
    """A text that is `what` if it matches `pattern`; `way` says which do."""

    what: str
    pattern: str
    way: str

    def problems(self, value: object, where: str) -> list[str]:
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return []
        return [f"{where}: {_shown(value)} is not {self.what}. {self.way}"]

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^({self.pattern})$", "description": f"{_capital(self.what)}. {self.way}"}


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    what: str
    values: Sequence[str | int]

    def problems(self, value: object, where: str) -> list[str]:
        if any(type(value) is type(one) and value == one for one in self.values):
            return []
        return [f"{where}: {_shown(value)} is not {self.what}. Use {_listed(self.values)}."]

    def schema(self) -> Schema:
        return {"enum": [*self.values], "description": f"{_capital(self.what)}."}


@dataclass(frozen=True)
class Items:
    """A list of 1 to `most`."""

    what: str
    of: Form
    most: int

    def problems(self, value: object, where: str) -> list[str]:
        if not isinstance(value, list) or not 1 <= len(value) <= self.most:
            return [f"{where}: {_shown(value)} is not {self.what}. Give a list of 1 to {self.most}."]
        return [line for at, one in enumerate(value) for line in self.of.problems(one, f"{where}[{at}]")]

    def schema(self) -> Schema:
        described = f"{_capital(self.what)}, 1 to {self.most}."
        items = self.of.schema()
        return {"type": "array", "minItems": 1, "maxItems": self.most, "items": items, "description": described}


@dataclass(frozen=True)
class Names:
    """An object from names to values of one form."""

    what: str
    of: Form

    def problems(self, value: object, where: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where}: {_shown(value)} is not {self.what}. Give an object."]
        return [line for name, one in value.items() for line in self.of.problems(one, f"{where}.{name}")]

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.of.schema(), "description": f"{_capital(self.what)}."}


@dataclass(frozen=True)
class Record:
    """An object with these fields, and no other; `optional` may be left out."""

    what: str
    fields: Mapping[str, Form]
    optional: Mapping[str, Form] = field(default_factory=dict)

    def problems(self, value: object, where: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where or 'the value'}: {_shown(value)} is not {self.what}. Give an object."]
        known = {**self.fields, **self.optional}
        start = f"{where}." if where else ""
        missing = [(name, form) for name, form in self.fields.items() if name not in value]
        there = [(name, form) for name, form in known.items() if name in value]
        return [
            *(f"{start}{name}: is missing. Give {form.what}." for name, form in missing),
            *(f"{start}{name}: is not known. Use {_listed([*known])}." for name in value if name not in known),
            *(line for name, form in there for line in form.problems(value[name], start + name)),
        ]

    def schema(self) -> Schema:
        properties = {name: form.schema() for name, form in {**self.fields, **self.optional}.items()}
        rules = {"properties": properties, "required": [*self.fields], "additionalProperties": False}
        return {"type": "object", "description": f"{_capital(self.what)}.", **rules}


@dataclass(frozen=True)
class Kinds:
    """One of several records; the field `by` says which."""

    what: str
    by: str
    kinds: Mapping[str, Record]

    def problems(self, value: object, where: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where}: {_shown(value)} is not {self.what}. Give an object."]
        kind = value.get(self.by)
        if isinstance(kind, str) and kind in self.kinds:
            return self.kinds[kind].problems(value, where)
        return Choice(f"a {self.by}", [*self.kinds]).problems(kind, f"{where}.{self.by}")

    def schema(self) -> Schema:
        return {"oneOf": [record.schema() for record in self.kinds.values()], "description": f"{_capital(self.what)}."}


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def _listed(values: Sequence[object]) -> str:
    *first, last = map(str, values)
    return f"{', '.join(first)} or {last}" if first else last


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
