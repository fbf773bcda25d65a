"""The page's script, and its place in a document."""

from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

__all__ = ["SCRIPT", "script", "with_script"]

SCRIPT = "graylane.js"
_UTF8, _UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")  # what a document may begin with
_PART = 4096
_SOURCE = Path(__file__).resolve().parents[4] / "web" / SCRIPT


def script() -> bytes:
    """The script's source, with `__LANE__` for the lane."""
    return _SOURCE.read_bytes()


def with_script(document: bytes, lane: str) -> bytes:
    """The document with the script as the first thing in its head.

    Unchanged if it has one already, or is in UTF-16: then the page's calls are kept in its lane by the cookie alone.
    """
    if document.startswith(_UTF16):
        return document
    start = len(_UTF8) if document.startswith(_UTF8) else 0
    # A character for each byte: every encoding that begins with ASCII passes through unchanged.
    text = document[start:].decode("latin-1")
    head = _Head()
    for begin in range(0, len(text), _PART):
        head.feed(text[begin : begin + _PART])
        if head.is_over and SCRIPT not in text:
            break  # the rest, of most documents nearly all, says nothing
    else:
        head.close()
    if head.has_script:
        return document
    at = start + head.end_of(text)
    return document[:at] + f'<script src="/{lane}/{SCRIPT}"></script>'.encode() + document[at:]


class _Head(HTMLParser):
    """Finds where a document's head begins: behind `<head>`, or behind what comes before where that is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.has_script = False
        self.is_over = False
        self._line, self._column, self._length = 1, 0, 0

    def end_of(self, text: str) -> int:
        """The place in the text behind the last tag that comes before the head's content."""
        start = 0
        for _ in range(self._line - 1):
            start = text.index("\n", start) + 1
        return start + self._column + self._length

    def handle_decl(self, decl: str) -> None:
        self._passed(len(f"<!{decl}>"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("html", "head"):
            self._passed(len(self.get_starttag_text() or ""))
        self.is_over |= tag != "html"
        path = (dict(attrs).get("src") or "").partition("?")[0]
        self.has_script |= tag == "script" and PurePosixPath(path).name == SCRIPT

    def handle_data(self, data: str) -> None:
        self.is_over |= bool(data.strip())

    def handle_entityref(self, name: str) -> None:
        self.is_over = True

    def handle_charref(self, name: str) -> None:
        self.is_over = True

    def _passed(self, length: int) -> None:
        if not self.is_over:
            self._line, self._column = self.getpos()
            self._length = length
