"""Output: text for people, or one JSON document for scripts."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.segment import Segment

from grayctl.errors import GrayctlError, NotConfirmedError, UsageError

# What would act on a terminal or change the order of letters there, and half a character. Of the letters that nobody
# sees, the two joiners stay: emoji and several scripts are written with them.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0001-\U000e007f]"
)


def visible(text: str) -> str:
    """Text of somebody else as it may go to a terminal: what would act there stands as it is written in a program."""
    return _ACTING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class _Terminal(Console):
    """Every text passes here on its way out, whoever wrote it; what rich itself does to the terminal is let through."""

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        # rich has no other place for it; a test sees it when a newer one looks elsewhere.
        kept = (one if one.control else Segment(visible(one.text), one.style) for one in buffer)
        return super()._render_buffer(kept)


def out() -> Console:
    """Standard output. Created at each use, so that it follows a redirected stream."""
    return _Terminal(file=sys.stdout, highlight=False, soft_wrap=True)


def err() -> Console:
    """Standard error: progress, questions and errors, so that `--json | jq` gets only the document."""
    return _Terminal(file=sys.stderr, highlight=False, soft_wrap=True)


def show(document: Any, as_json: bool, text: Callable[[Console], None]) -> None:
    """With --json print the document, else let `text` print for people. Raises UsageError if the output is broken."""
    try:
        if as_json:
            write_json(document)
        else:
            text(out())
            sys.stdout.flush()
    except OSError as error:
        _give_up(sys.stdout)
        raise UsageError(
            f"cannot write to standard output: {error.strerror}",
            "The command itself succeeded; see: grayctl status",
        ) from error


def write_json(document: Any, indent: int | None = 2) -> None:
    """One document on standard output, which may be a terminal; without `indent` on one line."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")
    text = json.dumps(document, indent=indent, ensure_ascii=not utf8, default=str)
    sys.stdout.write(_ACTING.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n")
    sys.stdout.flush()


def _give_up(stream: Any) -> None:
    """Redirect a broken stream to /dev/null, so that Python's final flush does not fail."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def note(text: str) -> None:
    """Print a side note; never fail because of it."""
    with suppress(OSError, ValueError):
        err().print(f"[yellow]grayctl:[/yellow] {safe(text)}")


def usable_streams() -> None:
    """Make all three standard streams usable, even if we were started with some of them closed.

    A character that the terminal's encoding lacks is printed as an escape instead of failing.
    """
    while (nowhere := os.open(os.devnull, os.O_RDWR)) <= 2:  # else the next socket could become our standard output
        pass
    os.close(nowhere)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def drop_unwritable_errors() -> None:
    """Drop what cannot be written to standard error: else Python retries at exit and exits with 120."""
    try:
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)


def error_document(error: GrayctlError) -> dict[str, Any]:
    """A failure for scripts, as described by FailureAnswer."""
    return {
        "error": {
            "kind": error.kind,
            "exit_code": error.exit_code,
            "message": str(error),
            "remedy": error.remedy,
            "findings": [vars(finding) for finding in error.findings],
        }
    }


def show_error(error: GrayctlError, as_json: bool) -> None:
    """One line for the error, one per finding, one for the remedy."""
    if as_json:
        write_json(error_document(error))
        return
    console = err()
    console.print(f"[red]grayctl:[/red] {safe(str(error))}")
    for finding in error.findings:
        remedy = f"  [dim]{safe(finding.remedy)}[/dim]" if finding.remedy else ""
        said = finding.what if finding.where in finding.what else f"{finding.where}: {finding.what}"
        console.print(f"  {safe(said)}{remedy}")
    if error.remedy:
        console.print(f"  [dim]{safe(error.remedy)}[/dim]")


def confirm(question: str, yes: bool) -> None:
    """Ask unless --yes was given. Raises NotConfirmedError on no, and without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmedError("this needs confirmation, but there is no terminal to ask", "Add --yes.")
    if not typer.confirm(visible(question), err=True):
        raise NotConfirmedError("nothing was changed")


@contextmanager
def spinner(text: str, as_json: bool) -> Iterator[Callable[[str], None]]:
    """A progress line; yields a function that changes its text. Silent without a terminal.

    A lost terminal does not stop the command.
    """
    console = err()
    if as_json or not console.is_terminal:
        yield lambda _now: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task(text, total=None)
    with suppress(OSError):
        progress.start()
    try:
        yield lambda now: progress.update(task, description=now)
    finally:
        with suppress(OSError):
            progress.stop()


@contextmanager
def bar(text: str, total: int | None, as_json: bool) -> Iterator[Callable[[int], None]]:
    """A bar with counts; yields a function that advances it."""
    console = err()
    if as_json or not console.is_terminal:
        yield lambda _count: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(text, total=total)
        yield lambda count: progress.update(task, advance=count)


def moment(seconds: int) -> str:
    """A point in time, UTC, to the second."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ") if seconds else ""
    except (OverflowError, ValueError, OSError):  # not a valid time: somebody edited the record by hand
        return ""


def span(seconds: float) -> str:
    """A duration in its two largest units."""
    seconds = int(seconds)
    for size, unit, smaller, small_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size} {unit}" + (f" {rest} {small_unit}" if rest else "")
    return f"{seconds} s"


def safe(text: str) -> str:
    """Text that rich must not read as markup."""
    return text.replace("[", r"\[")
