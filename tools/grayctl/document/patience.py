"""Files that may be a pipe or a terminal: whoever waits for somebody else's writing says so."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

# Is told what is waited for.
Tell = Callable[[str], object]
_PATIENCE = 1.0


def untold(_text: str) -> None:
    """For callers that have nobody to tell."""


def is_input(path: Path) -> bool:
    """Whether it stands for standard input."""
    return str(path) == "-"


class Waiting:
    """Tells once, after a second, what is waited for, unless something has come by then."""

    def __init__(self, path: Path, tell: Tell, seconds: float = _PATIENCE) -> None:
        self._timer: threading.Timer | None = None
        if is_input(path):
            self._start(tell, *_of_input(seconds))
        elif not path.is_file():
            self._start(tell, f"waiting for something to be written to {path}; Ctrl-C ends it", seconds)

    def over(self) -> None:
        """Something has come."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _start(self, tell: Tell, text: str, seconds: float) -> None:
        self._timer = threading.Timer(seconds, tell, [text])
        self._timer.daemon = True
        self._timer.start()


def _of_input(seconds: float) -> tuple[str, float]:
    if sys.stdin.isatty():
        return "reading what is typed here; end it with Ctrl-D on a line of its own, give it up with Ctrl-C", 0
    return "waiting for something on standard input; Ctrl-C ends it", seconds


@contextmanager
def opened(path: Path, tell: Tell, *, encoding: str, errors: str = "strict") -> Iterator[tuple[TextIO, Waiting]]:
    """The file as text, `-` for standard input; what waits for its first line, to be told when that is there."""
    waiting = Waiting(path, tell)
    try:
        if is_input(path):
            if hasattr(sys.stdin, "reconfigure"):
                sys.stdin.reconfigure(encoding=encoding, errors=errors)  # whatever the terminal's language is
            yield sys.stdin, waiting
        else:
            with path.open(encoding=encoding, errors=errors, newline=None) as file:
                yield file, waiting
    finally:
        waiting.over()
