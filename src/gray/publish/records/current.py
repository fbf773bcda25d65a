"""What is published, as the parameter `current` says it to people, to the watch function and to the next run."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

__all__ = ["CurrentParameter", "Published"]


@dataclass(frozen=True)
class Published:
    """The parameter `current`. Times are unix seconds, `lease` is seconds; 0 is none.

    `lanes` are the gray lanes published as live, with their origins' text at the edge, `wants` those the release names,
    live or not. `files` is the config's field of this name; a kill keeps what it was before, for the resume.
    """

    sequence: int
    revision: int
    epoch: int
    state: str
    digest: str
    until: int
    published_at: int
    lease: int = 0
    lanes: Mapping[str, str] = field(default_factory=dict)
    wants: tuple[str, ...] = ()
    files: str = ""

    def text(self) -> str:
        """The parameter's value."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def order(self) -> tuple[int, int]:
        """Which of two publications is the newer."""
        return (self.sequence, self.revision)

    @classmethod
    def parse(cls, text: str | None) -> "Published | None":
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
                lanes={name: str(origins) for name, origins in values.get("lanes", {}).items()},
                wants=tuple(values.get("wants", ())),
                files=str(values.get("files", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return None


class CurrentParameter:
    """The parameter `<prefix>/current`, written so that an older publication never stays over a newer one."""

    def __init__(self, client: "SSMClient", prefix: str) -> None:
        self._client = client
        self.name = f"{prefix}/current"

    def read(self) -> Published | None:
        return self._read()[0]

    def write(self, mine: Published, *, keep_files: bool = False) -> Published:
        """Puts `mine`, unless a newer one is there; returns it. With `keep_files` it gets the `files` that were there.

        PutParameter knows no condition. Its answer is the new version, so a version in between shows that another
        run wrote between our read and our put; when that one was newer, it is put back.
        """
        there, version = self._read()
        if keep_files:
            mine = replace(mine, files=there.files if there else "")
        if there and there.order > mine.order:
            return mine
        value = mine
        while True:
            put = self._client.put_parameter(Name=self.name, Value=value.text(), Type="String", Overwrite=True)
            if put["Version"] == version + 1:
                return mine
            between = self._between(version, put["Version"])
            version = put["Version"]
            newest = max([value, *between], key=lambda current: current.order)
            if newest == value:
                return mine
            value = newest

    def _read(self) -> tuple[Published | None, int]:
        try:
            parameter = self._client.get_parameter(Name=self.name)["Parameter"]
        except self._client.exceptions.ParameterNotFound:
            return None, 0
        return Published.parse(parameter.get("Value")), parameter["Version"]

    def _between(self, after: int, before: int) -> list[Published]:
        found: list[Published] = []
        token: str | None = None
        while True:
            more = {"NextToken": token} if token else {}
            page = self._client.get_parameter_history(Name=self.name, MaxResults=50, **more)  # type: ignore[arg-type]
            for entry in page["Parameters"]:
                current = Published.parse(entry.get("Value"))
                if current and after < entry["Version"] < before:
                    found.append(current)
            token = page.get("NextToken")
            if not token:
                return found
