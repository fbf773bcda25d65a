"""Where the viewers of a preview come from: a file of ids, a user list, or made up. Access logs: access_logs.py.

A viewer is a line of fields between tabs: id, country, device, path, ip, cookies, query; what is not known is empty.
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

# Excel begins a file with a byte order mark, which belongs to no id and to no name.
_ENCODING = "utf-8-sig"
_NO_TABLE = "Name the column of ids `id`; a plain list of ids with commas or semicolons begins with a comment (#)."


@dataclass(frozen=True)
class Viewers:
    """`source` is how it is told to people, `total` the number if it is known, `known` the fields that are filled."""

    source: str
    lines: Callable[[], Iterator[str]]
    total: int | None = None
    known: frozenset[str] = frozenset({"id"})


def from_ids(ids: Iterable[str], source: str, total: int | None = None) -> Viewers:
    """Viewers of whom the id is known and nothing else."""
    return Viewers(source, lambda: (line(one) for one in ids), total)


def from_file(path: Path) -> Viewers:
    """A file with an id a line, or a table (CSV or tabs) whose first line names its columns: id, country, device, ...

    Raises UsageError for a column that is none of FIELDS, for a table without ids, and while reading for a row that is
    no viewer.
    """
    with path.open(encoding=_ENCODING, newline="") as file:
        head = file.readline().strip()
    delimiter = next((each for each in "\t,;" if each in head), ",")  # Excel writes `;` where `,` is in numbers
    columns = _columns(path, head, delimiter)
    if "id" not in columns:
        if len(columns) > 1:
            raise UsageError(f"{path} has no column 'id'; its first line names {', '.join(columns)}", _NO_TABLE)
        return from_ids(_plain_ids(path), str(path))
    unknown = [name for name in columns if name not in FIELDS]
    if unknown:
        raise UsageError(f"{path} has a column {unknown[0]!r}", f"Columns are {', '.join(FIELDS)}.")
    return Viewers(str(path), lambda: _rows(path, columns, delimiter), known=frozenset(columns))


def made_up(count: int) -> Viewers:
    """So many random ids of the form the edge gives. Always the same ones, so that two previews can be compared."""
    return Viewers(f"{count:,} made-up viewers", lambda: _made_up(count), count)


def line(id_: str, country: str = "", device: str = "", path: str = "", ip: str = "", cookies: str = "") -> str:
    """One viewer; the query is left out."""
    return f"{id_}\t{country}\t{device}\t{path}\t{ip}\t{cookies}\t"


def chunks(lines: Iterable[str], size: int) -> Iterator[tuple[int, str]]:
    """The viewers in pieces of at most `size`: how many, and their lines as one text."""
    for piece in itertools.batched(lines, size, strict=False):
        yield len(piece), "\n".join(piece)


def _made_up(count: int) -> Iterator[str]:
    dice = random.Random(1)  # noqa: S311 - nobody's secret
    for _ in range(count):
        yield line(base64.urlsafe_b64encode(dice.randbytes(18)).decode()[:22])


def _columns(path: Path, head: str, delimiter: str) -> list[str]:
    """The names in a first line; a comment names none."""
    if head.startswith("#"):
        return []
    try:
        return [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    except csv.Error as error:
        raise UsageError(f"{path}: the first line cannot be read: {error}", "Is this a list of ids?") from error


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
            raise UsageError(f"{path}: line {number} has {len(row)} fields, the first line names {len(columns)}")
        row.append("")
        fields = [row[place] for place in places]
        if any("\t" in field or "\n" in field for field in fields):
            raise UsageError(f"{path}: line {number} has a tab or a line break in a field")
        yield "\t".join(fields)


def _numbered(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line that it begins in. Raises UsageError where the rows cannot be told apart."""
    number = 1
    with path.open(encoding=_ENCODING, newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        try:
            for row in rows:
                yield number, row
                number = rows.line_num + 1
        except csv.Error as error:
            raise UsageError(f"{path}: line {number} cannot be read: {error}", "Is a quote left open there?") from error
