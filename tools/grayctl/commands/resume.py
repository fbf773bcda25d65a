"""`grayctl resume`: reactivate the release."""

from grayctl.actions.change import restate
from grayctl.actions.restate import RESUME
from grayctl.options import Manner, changing


@changing
def resume(manner: Manner) -> None:
    """Reactivate a paused, killed or finished release; the same viewers return to gray.

    Example: grayctl resume -m "fixed in build 3f2a"
    """
    restate(RESUME, manner)
