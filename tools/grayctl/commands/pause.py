"""`grayctl pause`: the plan takes no steps."""

from grayctl.actions.change import restate
from grayctl.actions.restate import PAUSE
from grayctl.options import Manner, changing


@changing
def pause(manner: Manner) -> None:
    """Pause the release: no plan steps; everybody stays where they are.

    Example: grayctl pause -m "weekend"
    """
    restate(PAUSE, manner)
