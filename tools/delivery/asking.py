"""The one question before something is removed or moved: its name, typed."""

from rich.console import Console

from grayctl.errors import NotConfirmedError

__all__ = ["ask_for_name"]


def ask_for_name(console: Console, what: str, name: str) -> None:
    """Go on only when `name` is typed. Raises NotConfirmedError on anything else, and where nobody answers."""
    try:
        answer = console.input(f"Type {what} to go on ({name}): ")
    except EOFError:
        console.print()  # the prompt's line is still open
        raise NotConfirmedError("nobody answered, nothing was changed", "Run it in a terminal.") from None
    if answer.strip() != name:
        raise NotConfirmedError("nothing was changed")
