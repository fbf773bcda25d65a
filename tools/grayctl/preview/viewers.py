"""Sources of a preview's viewers: a file of ids, a user list, or random ids. Access logs: access_logs.py.

A viewer is a line of tab-separated fields: id, country, device, path, ip, cookies, query; unknown ones are empty.
"""

import base64
import csv
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grayctl.errors import UsageError
from grayctl.preview.engine import FIELDS

# Excel writes a byte order mark, which is not part of an id or column name.
_ENCODING = "utf-8-sig"
_NO_TABLE = "Name the id column `id`; start a plain list of ids that contain commas or semicolons with a comment (#)."


@dataclass(frozen=True)
class Viewers:
    """`source` is the name shown to people, `total` the number if known, `known` the filled fields."""

    source: str
    lines: Callable[[], Iterator[str]]
    total: int | None = None
    known: frozenset[str] = frozenset({"id"})


def from_ids(ids: Iterable[str], source: str, total: int | None = None) -> Viewers:
    """Viewers with only an id."""
    return Viewers(source, lambda: (line(one) for one in ids), total)


def from_file(path: Path) -> Viewers:
    """A file with one id per line, or a table (CSV or tabs) with the column names in line 1: id, country, device, ...

    Raises UsageError for a column that is not in FIELDS, a table without ids, and, while reading, an invalid row.
    """
    with path.open(encoding=_ENCODING, newline="") as file:
        head = file.readline().strip()
    delimiter = next((each for each in "\t,;" if each in head), ",")  # Excel writes `;` in locales with a decimal comma
    columns = _columns(path, head, delimiter)
    if "id" not in columns:
        if len(columns) > 1:
            raise UsageError(f"{path} has no column 'id'; its first line has {', '.join(columns)}", _NO_TABLE)
        return from_ids(_plain_ids(path), str(path))
    unknown = [name for name in columns if name not in FIELDS]
    if unknown:
        raise UsageError(f"{path} has a column {unknown[0]!r}", f"Columns are {', '.join(FIELDS)}.")
    return Viewers(str(path), lambda: _rows(path, columns, delimiter), known=frozenset(columns))


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


def _columns(path: Path, head: str, delimiter: str) -> list[str]:
    """The column names in the first line; none if it is a comment."""
    if head.startswith("#"):
        return []
    try:
        return [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    except csv.Error as error:
        raise UsageError(f"{path}: cannot read the first line: {error}", "Is this a list of ids?") from error


def _plain_ids(path: Path) -> Iterator[str]:
    with path.open(encoding=_ENCODING) as file:
        for number, text in enumerate(file, 1):
            id_ = text.strip()
            if "\t" in id_:
                raise UsageError(f"{path}: line {number} has a tab", "For a table, name the columns in its first line.")
            if id_ and not id_.startswith("#"):
                yield id_


def _rows(path: Path, columns: list[str], delimiter: str) -> Iterator[str]:
    places = [columns.index(name) if name in columns else len(columns) for name in FIELDS]
    for number, row in itertools.islice(_numbered(path, delimiter), 1, None):
        if not row:
            continue
        if len(row) != len(columns):
            raise UsageError(f"{path}: line {number} has {len(row)} fields, the first line {len(columns)}")
        row.append("")
        fields = [row[place] for place in places]
        if any("\t" in field or "\n" in field for field in fields):
            raise UsageError(f"{path}: line {number} has a tab or line break in a field")
        yield "\t".join(fields)


def _numbered(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with its starting line. Raises UsageError if the file cannot be split into rows."""
    number = 1
    with path.open(encoding=_ENCODING, newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        try:
            for row in rows:
                yield number, row
                number = rows.line_num + 1
        except csv.Error as error:
            raise UsageError(f"{path}: cannot read line {number}: {error}", "Is a closing quote missing?") from error
