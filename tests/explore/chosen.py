"""What `make test` explores: two preemptions, and so many schedules of each scenario, whatever the machine."""

from tests.explore.scenarios import scenario
from tests.explore.schedule import shortened, told
from tests.explore.search import Bounds, Search

__all__ = ["CHOSEN", "explored"]

_SCHEDULES = 40
_RELEASES = ("two-syncs", "event-twice", "event-lost", "rotation", "list", "lane-gone", "lane-new", "lane-sick-refused")
_KILLS = ("overtaken", "kill", "resume", "direct", "direct-kill", "direct-refused", "direct-behind", "alarms-resume")
_UPKEEP = ("cleanup-list-of-many", "cleanup-parts", "drift", "drift-refused", "rebuild", "rebuild-s3", "kill-twice")
CHOSEN = {"releases": _RELEASES, "kills": _KILLS, "upkeep": _UPKEEP}


def explored(name: str) -> list[str]:
    """Explores a scenario; what is wrong, each with the command that shows it again."""
    chosen = scenario(name)
    result = Search(chosen, Bounds(preemptions=2, schedules=_SCHEDULES)).run()
    wrong = []
    for violation, found in result.found.items():
        schedule = "; ".join(map(str, shortened(chosen, told(chosen, found.steps), violation)))
        wrong.append(f'{violation}: python -m tests.explore replay {name} "{schedule}"')
    return wrong
