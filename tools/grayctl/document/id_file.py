"""Files of ids: one a line, or a table with a column that is named as such. `list put`, `list check` and
`preview --ids` read them by this, so that what one takes the others take too, and take alike.

Spreadsheets, databases and people write them: quoted or not, between commas, semicolons or tabs, with a line of names.
What could be meant in two ways is refused: under a `not`, an id that was misread lets in who should be kept out.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from gray.release.user_lists import ListError, canonical
from gray.release.validation.problem import Problem
from grayctl.document.patience import Tell, opened, untold
from grayctl.errors import UsageError

__all__ = ["ID_COLUMNS", "Found", "IdFile", "Seen"]

ID_COLUMNS = ("id", "user_id", "userid", "user-id", "user id", "uid", "identity")
_SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
# Nothing to look at, strip or normalize; most files are nothing else.
_SIMPLE = re.compile(r"[A-Za-z0-9_.@+:|/=~!$&*^-]{1,256}")
# RFC 6265 cookie-octet, and what HTTP clients agree on in a header.
_COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]+")
_HEADER = re.compile(r"[ -~]+")
_OTHER_QUOTES = ("''", "``", "\u2018\u2019", "\u201c\u201d", "\u201e\u201c", "\u00ab\u00bb")
_NAME_IT = (
    f"For a table, name the column of ids in the first line ({', '.join(ID_COLUMNS)});"
    ' an id with a separator in it goes into double quotes: "a,b".'
)
_QUOTES = 'Close each quote on its line; one inside is written twice: "a""b".'
_OTHER_TEXT = {r'[\[{]\s*(["\[{]|$)': "JSON", "<[?!A-Za-z]": "XML"}
_OF_A_LIST = re.compile(r"([-*]|[0-9]+[.)])\s|\|.*\|$")
_CUT = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]+")
_ONE_A_LINE = "Write one id a line, without anything around it."


@dataclass
class Seen:
    """How many of a kind there were, and the first of them."""

    count: int = 0
    line: int = 0
    text: str = ""

    def see(self, line: int, text: str) -> None:
        """One more."""
        if not self.count:
            self.line, self.text = line, text
        self.count += 1


@dataclass
class Found:
    """What a file turned out to be; complete when its rows have been read."""

    comments: int = 0
    named: str = ""  # the column of ids, as its first line calls it
    unread: list[str] = field(default_factory=list)  # other columns
    empty: Seen = field(default_factory=Seen)
    stripped: Seen = field(default_factory=Seen)
    normalized: Seen = field(default_factory=Seen)
    no_cookie: Seen = field(default_factory=Seen)
    no_header: Seen = field(default_factory=Seen)
    encoded: Seen = field(default_factory=Seen)

    def notes(self) -> list[str]:
        """What was done with the file beyond reading one id a line."""
        told = []
        if self.comments:
            told.append(f"{_many(self.comments, 'line that begins', 'lines that begin')} with # skipped, as a comment")
        if self.named:
            told.append(f"the first line is taken for names; ids are in the column {self.named!r}")
        if self.unread:
            told.append(f"not read: {_many(len(self.unread), 'column', 'columns')} {', '.join(self.unread)}")
        if self.empty.count:
            told.append(f"{_many(self.empty.count, 'row has', 'rows have')} no id (line {self.empty.line}); skipped")
        if self.stripped.count:
            told.append(f"{_of(self.stripped)} spaces or an empty field around; these are left out")
        if self.normalized.count:
            told.append(
                f"{_of(self.normalized)} letters in decomposed form (NFD); kept in the composed one (NFC), which the"
                " edge then wants to see too"
            )
        return told

    def carriage(self, kind: str = "", places: frozenset[str] = frozenset({"cookie", "header"})) -> list[str]:
        """What a request can hardly carry, by the kind of the release's identity and where that is looked for."""
        if kind == "jwt":
            return []
        told = []
        seen, where = (self.no_cookie, "cookie") if "cookie" in places else (self.no_header, "header")
        if seen.count:
            told.append(
                f"{_of(seen)} characters that a {where} does not carry as they are; the edge decodes percent-encoding:"
                " have your application send it encoded, or identify people by a JWT"
            )
        if self.encoded.count:
            told.append(
                f"{_of(self.encoded)} percent-encoding, which the edge decodes before it compares: list it decoded"
            )
        return told


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def _is_encoded(text: str) -> bool:
    """Whether the edge would decode it: every percent sign begins an escape, and together they are UTF-8."""
    if not re.search(r"%[0-9A-Fa-f]{2}", text) or re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return False
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def _of(seen: Seen) -> str:
    return f"{_many(seen.count, 'id has', 'ids have')} (line {seen.line}: {seen.text!r})"


class IdFile:
    """A file of ids, to be read once. `columns` are the names in its first line, the one of ids as `id`.

    Raises UsageError for what is no file of ids, when it is opened or while its rows are read, with the line.
    """

    def __init__(self, path: Path, tell: Tell = untold) -> None:
        self._path, self.found = path, Found()
        self._open = ExitStack()
        self.columns: list[str] = ["id"]
        self._delimiter = ""
        # What is no UTF-8 comes as half a character, so that its line can be named.
        self._file, self._waiting = self._open.enter_context(
            opened(path, tell, encoding="utf-8-sig", errors="surrogateescape")
        )
        try:
            self._content = self._lines()
            self._first = next(self._content, None)
            if self._first:
                self._refuse_other_text(*self._first)
                self._look(*self._first)
        except BaseException:
            self._open.close()
            raise

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The fields of each row by `columns`, with its line; the id as a list keeps it, perhaps empty in a table."""
        with self._open:
            if self._first and not self.found.named:
                yield from self._row(*self._first)
            for number, text in self._content:
                if not self._delimiter and _SIMPLE.fullmatch(text):
                    yield number, [text]
                else:
                    yield from self._row(number, text)

    def ids(self) -> Iterator[str]:
        """The ids alone; rows without one are counted."""
        place = self.columns.index("id")
        if self.columns != ["id"]:
            self.found.unread = [name for name in self.columns if name != "id"]
        for number, fields in self.rows():
            if fields[place]:
                yield fields[place]
            else:
                self.found.empty.see(number, "")

    def _lines(self) -> Iterator[tuple[int, str]]:
        for number, raw in enumerate(self._file, 1):
            self._waiting.over()
            text = raw.rstrip("\n")
            if number == 1:
                self._refuse_other_kinds(text)
                if re.fullmatch("sep=.", text):  # for Excel
                    continue
            if text[:1] == "#" or (text[:1].isspace() and text.lstrip()[:1] == "#"):
                self.found.comments += 1
            elif text and not text.isspace():
                yield number, text

    def _look(self, number: int, text: str) -> None:
        """Whether the first line names columns."""
        for delimiter in _SEPARATORS:
            names = [name.strip() for name in self._parsed(number, text, delimiter)]
            lower = [name.lower() for name in names]
            known = [name for name in ID_COLUMNS if name in lower]
            if not known or (len(names) == 1 and any(one in text for one in _SEPARATORS)):
                continue
            chosen = "id" if "id" in known else known[0]
            if ("id" not in known and len(known) > 1) or lower.count(chosen) > 1:
                those = " or ".join(name for name in names if name.lower() in known)
                raise self._wrong(number, f"which column is meant, {those}?", "Name one of them `id`, and no other.")
            self.found.named = names[lower.index(chosen)]
            self.columns = ["id" if name == chosen else name for name in lower]
            self._delimiter = delimiter if len(names) > 1 else ""
            return

    def _row(self, number: int, text: str) -> Iterator[tuple[int, list[str]]]:
        if not self._delimiter:
            yield number, [self._checked(number, self._alone(number, text))]
            return
        fields = self._parsed(number, text, self._delimiter)
        if not fields:
            raise self._wrong(number, "the quotes cannot be understood", _QUOTES)
        if len(fields) != len(self.columns):
            raise self._wrong(
                number, f"{len(fields)} fields where the first line names {len(self.columns)}", "Correct the line."
            )
        place = self.columns.index("id")
        fields[place] = self._checked(number, fields[place]) if fields[place].strip() else ""
        yield number, fields

    def _alone(self, number: int, text: str) -> str:
        """The id of a line that is all of it."""
        bare = text.strip(" \t")
        if not bare.startswith('"'):
            for sign, name in _SEPARATORS.items():
                if sign in bare.rstrip(sign + " "):
                    fields = len(self._parsed(number, bare, sign))
                    raise self._wrong(number, f"{fields} fields between {name}s, and no line that names them", _NAME_IT)
            bare = bare.rstrip(",; \t")
        else:
            bare = self._unquoted(number, bare)
        if bare != text and text.strip('"') != bare:
            self.found.stripped.see(number, bare)
        return bare

    def _unquoted(self, number: int, text: str) -> str:
        """What is between double quotes; empty fields behind it do not count."""
        for sign in _SEPARATORS:
            fields = self._parsed(number, text, sign, lenient=True)
            if fields and not any(one.strip() for one in fields[1:]):
                return fields[0]
        for sign, name in _SEPARATORS.items():
            if len(fields := self._parsed(number, text, sign, lenient=True)) > 1:
                raise self._wrong(
                    number, f"{len(fields)} fields between {name}s, and no line that names them", _NAME_IT
                )
        self._parsed(number, text, ",")
        raise self._wrong(number, "the quotes cannot be understood", _QUOTES)

    def _parsed(self, number: int, text: str, delimiter: str, *, lenient: bool = False) -> list[str]:
        """The fields of one line. `lenient`: none where its quotes and this separator do not go together."""
        if delimiter not in text and '"' not in text:
            return [text]
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if lenient or "expected after" in str(error):
                return []
            raise self._wrong(number, f"cannot be read: {error}", _QUOTES) from error

    def _checked(self, number: int, text: str) -> str:
        if text[:1] + text[-1:] in _OTHER_QUOTES and len(text) > 1:
            raise self._wrong(number, f"{text} is in quotes that a table does not know", 'Take them off, or use "..."')
        if _OF_A_LIST.match(text):
            raise self._wrong(number, f"{text!r} is a line of a list or table for people", _ONE_A_LINE)
        if _CUT.fullmatch(text):
            raise self._wrong(number, f"{text}: a spreadsheet has cut this number", "Make the column text.")
        try:
            kept = canonical(text)
        except ListError as error:
            problem: Problem = error.args[0]
            raise self._wrong(number, problem.what, problem.remedy) from error
        if not kept:
            return kept
        if kept != text:
            (self.found.normalized if kept != text.strip() else self.found.stripped).see(number, kept)
        if not _COOKIE.fullmatch(kept):
            self.found.no_cookie.see(number, kept)
            if not _HEADER.fullmatch(kept):
                self.found.no_header.see(number, kept)
        if _is_encoded(kept):
            self.found.encoded.see(number, kept)
        return kept

    def _refuse_other_kinds(self, text: str) -> None:
        if text.startswith(("\udcff\udcfe", "\udcfe\udcff")) or "\0" in text:
            raise self._wrong(1, "this is no UTF-8 text, but UTF-16 or a program's own format", "Save it as CSV UTF-8.")
        if text.startswith("PK\x03\x04"):
            raise self._wrong(1, "this is a spreadsheet's file or an archive", "Save it as CSV UTF-8.")

    def _refuse_other_text(self, number: int, text: str) -> None:
        kind = next((kind for sign, kind in _OTHER_TEXT.items() if re.match(sign, text.lstrip())), "")
        if kind:
            raise self._wrong(number, f"this looks like {kind}", _ONE_A_LINE)

    def _wrong(self, number: int, what: str, remedy: str) -> UsageError:
        return UsageError(f"{self._path}: line {number}: {what}", remedy)
