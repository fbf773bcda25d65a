"""`grayctl pause`: stop plan steps."""

from grayctl.actions.change import restate
from grayctl.actions.restate import PAUSE
from grayctl.options import Manner, changing


@changing
def pause(manner: Manner) -> None:
    """Pause the release: the plan takes no steps, viewers stay in their lanes.

    Example: grayctl pause -m "weekend"
    """
    restate(PAUSE, manner)
