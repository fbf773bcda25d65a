"""Confirmation before something is deleted or viewers are moved: the user types its name."""

from rich.console import Console

from grayctl.errors import NotConfirmedError

__all__ = ["ask_for_name"]


def ask_for_name(console: Console, what: str, name: str) -> None:
    """Continue only if `name` is typed. Raises NotConfirmedError on anything else, and without a terminal."""
    try:
        answer = console.input(f"Type {what} to continue ({name}): ")
    except EOFError:
        console.print()  # the prompt's line is still open
        raise NotConfirmedError("no answer, nothing was changed", "Run it in a terminal.") from None
    if answer.strip() != name:
        raise NotConfirmedError("nothing was changed")
