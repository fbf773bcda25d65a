"""A file of cases, and what the cases have in common: a lane, and how it is written.

Nothing of src/ is asked here, so that a mistake there does not confirm itself.
"""

import json
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

OWN_BAGGAGE = "gray.version=v2,gray.reason=ramp,gray.revision=7"


def lane(
    name: str = "v2", reason: str = "", revision: str = "", to: str = "", members: tuple[str, ...] = ()
) -> Document:
    """A lane context as the files write it."""
    return {"lane": name, "reason": reason, "revision": revision, "to": to, "members": list(members)}


V2 = lane("v2", "ramp", "7")


def baggage(*, to: str = "", members: str = "") -> str:
    """The baggage of V2, with the lane of the callee and others' members."""
    return OWN_BAGGAGE + (f",gray.to={to}" if to else "") + (f",{members}" if members else "")


def envelope(*, to: str = "", wrapping: bool = False) -> Document:
    """The member `gray` of V2."""
    return {"version": "v2", "baggage": baggage(to=to), **({"payload": True} if wrapping else {})}


def compact(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


def text(value: str) -> Document:
    """A message attribute, as it is sent."""
    return {"DataType": "String", "StringValue": value}


def attributes(count: int) -> Document:
    """Some of the caller's own."""
    return {f"mine-{number}": text("x") for number in range(count)}


@dataclass
class Book:
    """One file: what it is about, and its cases."""

    about: str
    cases: list[Document] = field(default_factory=list)

    def add(self, name: str, call: str, expect: Any, **given: Any) -> None:
        """A call that gives a value."""
        self.cases.append({"name": name, "call": call, "given": given, "expect": expect})

    def refuse(self, name: str, call: str, error: str, **given: Any) -> None:
        """A call that raises; `error` is `<class>: <message>`."""
        self.cases.append({"name": name, "call": call, "given": given, "error": error})

    def text(self) -> str:
        """The file: a case a line, so that a change shows as what it is. Halves of surrogate pairs are escaped."""
        cases = ",\n".join(f"  {json.dumps(case, ensure_ascii=False)}" for case in self.cases)
        whole = f'{{\n "about": {json.dumps(self.about)},\n "cases": [\n{cases}\n ]\n}}\n'
        return whole.encode(errors="backslashreplace").decode()
