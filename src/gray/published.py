"""What is published, in its three places: the store's `config` head, the parameter `current`, the S3 edge config."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

__all__ = ["Current", "CurrentParameter", "Fence", "LiveLane", "Stamped", "stamped"]

STATES = {"a": "active", "p": "paused", "k": "killed", "f": "finished"}


@dataclass(frozen=True)
class Stamped:
    """The part of a `config` value that orders publications."""

    sequence: int
    revision: int
    epoch: int
    state: str
    until: int = 0
    parts: int = 0


def stamped(config: str | None) -> Stamped | None:
    """The stamp of a `config` value; None when there is none, or it is not one of ours."""
    fields = (config or "").split("\n", 1)[0].split("|")
    if len(fields) < 5 or not _is_number(fields[0]) or fields[4] not in STATES:
        return None
    numbers = [*fields[1:4], *(fields[5:7] or ["0", "0"])]
    if not all(map(_is_number, numbers)):
        return None
    sequence, revision, epoch, *more = (int(number) for number in numbers)
    until, parts = [*more, 0, 0][:2]
    return Stamped(sequence, revision, epoch, STATES[fields[4]], until, parts)


@dataclass(frozen=True)
class Fence:
    """The store's `fence`: the highest sequence that has written to it.

    `direct` is the cause of a kill that was written straight into the store, and that HEAD may not know of yet.
    """

    sequence: int
    direct: str = ""

    @classmethod
    def parse(cls, value: str | None) -> "Fence":
        """From the value; what is not a fence counts as none: garbage must not stop a publication."""
        number, *more = (value or "").split(" ")
        if not _is_number(number):
            return cls(0)
        if not more or more[0] != "direct":
            return cls(int(number))
        return cls(int(number), unquote("".join(more[1:2])) or "unnamed")

    def __str__(self) -> str:
        return f"{self.sequence} direct {quote(self.direct)}" if self.direct else str(self.sequence)


def _is_number(text: str) -> bool:
    # Python reads no more than 4,300 digits, and no number of ours has more than a dozen.
    return text.isdecimal() and text.isascii() and len(text) < 16


@dataclass(frozen=True)
class LiveLane:
    """A lane's API as it is published: the edge sends viewers there."""

    api_id: str
    stage: str


@dataclass(frozen=True)
class Current:
    """The parameter `current`. Times are unix seconds, `lease` is seconds; 0 is none.

    `lanes` are the gray lanes published as live, `wants` those the release names, live or not.
    """

    sequence: int
    revision: int
    epoch: int
    state: str
    digest: str
    until: int
    published_at: int
    lease: int = 0
    lanes: Mapping[str, LiveLane] = field(default_factory=dict)
    wants: tuple[str, ...] = ()

    def text(self) -> str:
        """The parameter's value."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def order(self) -> tuple[int, int]:
        """Which of two publications is the newer."""
        return (self.sequence, self.revision)

    @classmethod
    def parse(cls, text: str | None) -> "Current | None":
        """From the parameter's value; None when it is missing or not one of ours (somebody wrote it by hand)."""
        try:
            values: dict[str, Any] = json.loads(text or "")
            return cls(
                sequence=int(values["sequence"]),
                revision=int(values["revision"]),
                epoch=int(values["epoch"]),
                state=str(values["state"]),
                digest=str(values["digest"]),
                until=int(values["until"]),
                published_at=int(values["published_at"]),
                lease=int(values.get("lease", 0)),
                lanes={name: LiveLane(**lane) for name, lane in values.get("lanes", {}).items()},
                wants=tuple(values.get("wants", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class CurrentParameter:
    """The parameter `<prefix>/current`, written so that an older publication never stays over a newer one."""

    def __init__(self, client: "SSMClient", prefix: str) -> None:
        self._client = client
        self.name = f"{prefix}/current"

    def read(self) -> Current | None:
        return self._read()[0]

    def write(self, mine: Current) -> None:
        """Puts `mine`, unless a newer one is there.

        PutParameter knows no condition. Its answer is the new version, so a version in between shows that another
        run wrote between our read and our put; when that one was newer, it is put back.
        """
        there, version = self._read()
        if there and there.order > mine.order:
            return
        value = mine
        while True:
            put = self._client.put_parameter(Name=self.name, Value=value.text(), Type="String", Overwrite=True)
            if put["Version"] == version + 1:
                return
            between = self._between(version, put["Version"])
            version = put["Version"]
            newest = max([value, *between], key=lambda current: current.order)
            if newest == value:
                return
            value = newest

    def _read(self) -> tuple[Current | None, int]:
        try:
            parameter = self._client.get_parameter(Name=self.name)["Parameter"]
        except self._client.exceptions.ParameterNotFound:
            return None, 0
        return Current.parse(parameter.get("Value")), parameter["Version"]

    def _between(self, after: int, before: int) -> list[Current]:
        found: list[Current] = []
        token: str | None = None
        while True:
            more = {"NextToken": token} if token else {}
            page = self._client.get_parameter_history(Name=self.name, MaxResults=50, **more)  # type: ignore[arg-type]
            for entry in page["Parameters"]:
                current = Current.parse(entry.get("Value"))
                if current and after < entry["Version"] < before:
                    found.append(current)
            token = page.get("NextToken")
            if not token:
                return found
