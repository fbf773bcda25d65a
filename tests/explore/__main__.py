"""`python -m tests.explore`: list, run and replay."""

import argparse
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from tests.explore.actors import BEGIN, GO
from tests.explore.execution import Scenario
from tests.explore.groups import GROUPS
from tests.explore.laws import LAWS
from tests.explore.scenarios import scenario, scenarios
from tests.explore.schedule import replay, shortened, told
from tests.explore.search import Bounds, Result, Search

WIDTH = 80
# Between two words of how far a search is.
TOLD_EVERY = 50


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    screen = Console(width=WIDTH, soft_wrap=False, highlight=False)
    try:
        match given.command:
            case "list":
                _list(screen)
                return 0
            case "replay":
                return _replay(screen, scenario(given.scenario), given.schedule)
            case _:
                chosen = [scenario(name) for name in given.scenarios] or _chosen(given.groups)
                bounds = Bounds(given.preemptions, given.faults, given.schedules, given.seconds)
                return _run(screen, chosen, bounds)
    except (KeyError, ValueError) as error:
        screen.print(f"explore: {error}; `python -m tests.explore list` has the scenarios", style="red")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.explore", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the scenarios and the laws")
    run = commands.add_parser("run", help="explore scenarios; all that were thought of, if none is named")
    run.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    run.add_argument("--groups", action="store_true", help="every pair of actors, and chosen triples, too")
    run.add_argument("--preemptions", type=int, default=2)
    run.add_argument("--faults", type=int, default=0)
    run.add_argument("--schedules", type=int, default=0, help="at most, for each scenario")
    run.add_argument("--seconds", type=float, default=60, help="at most, for each scenario")
    again = commands.add_parser("replay", help="run one schedule")
    again.add_argument("scenario")
    again.add_argument("schedule")
    return parser


def _chosen(groups: bool) -> list[Scenario]:
    return [*scenarios().values(), *(GROUPS.values() if groups else ())]


def _list(screen: Console) -> None:
    for one in scenarios().values():
        screen.print(f"[bold]{one.name}[/]: {', '.join(part.name for part in one.parts)}")
        screen.print(f"  {one.about}")
    screen.print(f"and {len(GROUPS)} groups, from {next(iter(GROUPS))} to {list(GROUPS)[-1]}")
    for law, what in LAWS.items():
        screen.print(f"[bold]{law}[/]: {what}")


def _run(screen: Console, chosen: Iterable[Scenario], bounds: Bounds) -> int:
    chosen, results = list(chosen), []
    for number, one in enumerate(chosen, 1):
        search = Search(one, bounds)
        with Live(console=screen, transient=True, auto_refresh=False) as live:

            def tell(result: Result, one: Scenario = one, number: int = number, live: Live = live) -> None:
                if (result.schedules + result.pruned) % TOLD_EVERY == 0:
                    words = (
                        f"{number} of {len(chosen)}, {one.name}: {result.schedules} schedules, {result.seconds:.0f} s"
                    )
                    live.update(Text(words), refresh=True)

            results.append(search.run(tell))
        _tell_violations(screen, one, results[-1])
    screen.print(_table(chosen, results))
    return 1 if any(result.found for result in results) else 0


def _tell_violations(screen: Console, one: Scenario, result: Result) -> None:
    for violation, found in sorted(result.found.items(), key=lambda entry: entry[1].cost):
        turns = shortened(one, told(one, found.steps), violation)
        schedule = "; ".join(map(str, turns))
        preemptions = found.cost[0] - found.cost[1]
        screen.print(f"{one.name}: {violation}", style="red", markup=False)
        screen.print(f"  seen {found.times} times; {preemptions} preemptions, {found.cost[1]} faults:")
        # one line, however long, to be copied
        screen.print(f'  python -m tests.explore replay {one.name} "{schedule}"', soft_wrap=True)


def _table(chosen: Sequence[Scenario], results: Sequence[Result]) -> Table:
    table = Table(box=None, width=WIDTH, padding=(0, 1, 0, 0))
    table.add_column("scenario", no_wrap=True, ratio=1)
    for heading in ("schedules", "states", "pruned", "cut off", "violations", "s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one, result in zip(chosen, results, strict=True):
        cut = "" if result.cut_off is None else f"at {result.cut_off}"
        numbers = (result.schedules, result.states, result.pruned, cut, len(result.found), f"{result.seconds:.0f}")
        table.add_row(one.name, *map(str, numbers))
    return table


def _replay(screen: Console, one: Scenario, schedule: str) -> int:
    outcome = replay(one, schedule)
    for step in outcome.steps:
        how = "" if step.how in (BEGIN, GO) else f"  {step.how}!"
        screen.print(f"{one.parts[step.actor].name:14} {step.name or 'begins'}{how}", soft_wrap=True)
    for turn in outcome.not_reached:
        screen.print(f"does not apply: {turn}", style="yellow", soft_wrap=True)
    for violation in outcome.violations:
        screen.print(str(violation), style="red", markup=False, soft_wrap=True)
    if not outcome.violations:
        screen.print("no law is broken")
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
