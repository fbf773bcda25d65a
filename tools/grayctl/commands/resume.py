"""`grayctl resume`: the release is active again."""

from grayctl.actions.change import restate
from grayctl.actions.restate import RESUME
from grayctl.options import Manner, changing


@changing
def resume(manner: Manner) -> None:
    """Make a paused, killed or finished release active again; the same people come back to gray.

    Example: grayctl resume -m "fixed in build 3f2a"
    """
    restate(RESUME, manner)
