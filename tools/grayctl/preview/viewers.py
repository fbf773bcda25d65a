"""Sources of a preview's viewers: a file of ids, a user list, or random ids. Access logs: access_logs.py.

A viewer is a line of tab-separated fields: id, country, device, path, ip, cookies, query; unknown ones are empty.
"""

import base64
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grayctl.document.id_file import Found, IdFile
from grayctl.document.patience import Tell, untold
from grayctl.errors import UsageError
from grayctl.preview.engine import FIELDS


@dataclass(frozen=True)
class Viewers:
    """`source` is the name shown to people, `total` the number if known, `known` the filled fields.

    `found` is what a file turned out to be.
    """

    source: str
    lines: Callable[[], Iterator[str]]
    total: int | None = None
    known: frozenset[str] = frozenset({"id"})
    found: Found | None = None


def from_ids(ids: Iterable[str], source: str, total: int | None = None) -> Viewers:
    """Viewers with only an id."""
    return Viewers(source, lambda: (line(one) for one in ids), total)


def from_file(path: Path, tell: Tell = untold) -> Viewers:
    """A file with one id per line, or a table with the column names in line 1: id, country, ... Skips other columns.

    It is read once. Raises UsageError for an invalid file of ids, also while reading.
    """
    file = IdFile(path, tell)
    if file.columns == ["id"]:
        return Viewers(str(path), lambda: (line(one) for one in file.ids()), found=file.found)
    file.found.unread = [name for name in file.columns if name not in FIELDS]
    return Viewers(str(path), lambda: _rows(path, file), known=frozenset(file.columns) & {*FIELDS}, found=file.found)


def made_up(count: int) -> Viewers:
    """`count` random ids in the edge's form. Always the same ones, so that previews can be compared."""
    return Viewers(f"{count:,} made-up viewers", lambda: _made_up(count), count)


def line(id_: str, country: str = "", device: str = "", path: str = "", ip: str = "", cookies: str = "") -> str:
    """One viewer, without the query."""
    return f"{id_}\t{country}\t{device}\t{path}\t{ip}\t{cookies}\t"


def chunks(lines: Iterable[str], size: int) -> Iterator[tuple[int, str]]:
    """The viewers in chunks of at most `size`: their number, and their lines as one text."""
    for piece in itertools.batched(lines, size, strict=False):
        yield len(piece), "\n".join(piece)


def _made_up(count: int) -> Iterator[str]:
    dice = random.Random(1)  # noqa: S311 - not a secret
    for _ in range(count):
        yield line(base64.urlsafe_b64encode(dice.randbytes(18)).decode()[:22])


def _rows(path: Path, file: IdFile) -> Iterator[str]:
    places = [file.columns.index(name) if name in file.columns else len(file.columns) for name in FIELDS]
    for number, row in file.rows():
        fields = [*row, ""]
        if any("\t" in fields[place] for place in places):
            raise UsageError(f"{path}: line {number}: a tab in a field", "Take it out.")
        yield "\t".join(fields[place] for place in places)
