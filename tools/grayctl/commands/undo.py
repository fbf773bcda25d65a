"""`grayctl undo`: go back to an earlier release."""

from typing import Annotated

import typer

from grayctl.actions.change import restate
from grayctl.actions.restate import undo_to
from grayctl.options import Manner, changing


@changing
def undo(
    *,
    to: Annotated[int | None, typer.Option("--to", help="Revision to go back to; default: the previous one.")] = None,
    manner: Manner,
) -> None:
    """Save an earlier release as a new revision. Does not undo a kill.

    Example: grayctl undo --to 11
    """
    restate(undo_to(to), manner)
