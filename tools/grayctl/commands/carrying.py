"""The course every change takes: show it, ask, save it, follow it to the edge, tell how long it took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from gray.history.revision import KILLED
from gray.history.revisions import Revision
from grayctl.author import author
from grayctl.difference import Change
from grayctl.document import Document
from grayctl.edge_answer import EdgeAnswer, ask_edge
from grayctl.gray_data import Wait, told
from grayctl.manual import record_of_revision
from grayctl.propagation import Arrival, await_edge, await_publication
from grayctl.releases import propose, read_current, registered_lanes, revisions_of, save
from grayctl.screen import confirm, show, spinner
from grayctl.signing import debug_header
from grayctl.target import Target, discover


@dataclass(frozen=True)
class Manner:
    """How the caller wants a change made; the options that all changing commands share."""

    config_env: str
    as_json: bool = False
    dry_run: bool = False
    yes: bool = False
    wait: bool = True
    reason: str = ""


def carry_out(
    edit: Callable[[Document], Document],
    manner: Manner,
    *,
    summary: str,
    ids_only_added: Mapping[str, bool] | None = None,
    prepare: Callable[[], None] = lambda: None,
    replaces: bool = False,
) -> None:
    """Make one change of the release. `summary` is the reason kept when the operator gives none.

    `ids_only_added` says of each changed user list whether nobody left it. `prepare` is called when the answer was yes,
    before the release is saved. `replaces`: the edit keeps nothing of the release before, which need not be readable.
    """
    target = discover(manner.config_env)
    revisions = revisions_of(target)
    proposal = propose(read_current(revisions, replaced=replaces), edit, lanes=registered_lanes(target))
    if not proposal.changes and proposal.current.head is not None:
        show(_result(target, manner, proposal.changes, None, None), manner.as_json, _nothing_to_do)
        return
    if manner.dry_run:
        show_dry_run(target, manner, proposal.current.revision, proposal.changes)
        return
    ask_first(target, manner, proposal.changes)
    prepare()
    reason = manner.reason or summary
    revision = save(revisions, proposal, author=author(), reason=reason, ids_only_added=ids_only_added)
    finish_change(target, manner, proposal.changes, revision)


def show_dry_run(target: Target, manner: Manner, revision: int, changes: list[Change]) -> None:
    """What a change would do."""

    def text(console: Console) -> None:
        console.print(f"would change revision {revision}:" if revision else "would make the first revision:")
        print_changes(console, changes)

    show(_result(target, manner, changes, None, None), manner.as_json, text)


def ask_first(target: Target, manner: Manner, changes: list[Change]) -> None:
    """Show the change and ask. On the local stack nobody real is moved, so nobody is asked."""
    if manner.yes or target.clients.local:
        return
    if not manner.as_json:
        show(None, False, lambda console: print_changes(console, changes))
    confirm(f"Save this in {target.environment}?", manner.yes)


def finish_change(
    target: Target, manner: Manner, changes: list[Change], revision: Revision, waiting: Sequence[Wait] | None = None
) -> None:
    """Follow a saved revision to the edge and print what happened; `waiting` is what waits in gray's tables."""
    killed = any(change.where == "state" and change.before == KILLED for change in changes)
    arrival = follow_revision(target, revision, manner.as_json, was_killed=killed) if manner.wait else None
    document = _result(target, manner, changes, revision, arrival)

    def text(console: Console) -> None:
        print_saved(console, changes, revision, arrival)
        print_waits(console, waiting or ())

    show(document if waiting is None else document | {"waiting": told(waiting)}, manner.as_json, text)


def follow_revision(target: Target, revision: Revision, as_json: bool, *, was_killed: bool) -> Arrival:
    """Wait for the publication, then for the nearest edge location.

    Where the edge names no revision, its first answer counts; but a killed edge has no keys to read our question with,
    so after a kill its silence means that it is still the old one.
    """
    with spinner("waiting for sync", as_json) as tell:
        arrival = await_publication(lambda: record_of_revision(target, revision.number), tell=tell)
        if not target.site:
            return arrival
        tell("published; asking the edge")
        header = debug_header(target)
        return await_edge(
            arrival,
            lambda: ask_edge(target.site, header),
            lambda answer: _has(answer, arrival.publication.revision, silence=not (was_killed and header)),
        )


def _has(answer: EdgeAnswer, revision: int, *, silence: bool) -> bool:
    return silence if answer.revision is None else answer.revision >= revision


def print_changes(console: Console, changes: list[Change]) -> None:
    """One line each."""
    for change in changes:
        console.print(f"  {change}", markup=False)


def print_saved(console: Console, changes: list[Change], revision: Revision, arrival: Arrival | None) -> None:
    """What was saved and how far it has come."""
    print_changes(console, changes)
    console.print(f"revision [bold]{revision.number}[/bold] saved ({revision.state}, epoch {revision.epoch})")
    if arrival is None:
        console.print("not followed; look with: grayctl status")
    else:
        print_arrival(console, arrival)
    if revision.state == KILLED:
        console.print("everybody stays on stable until: grayctl resume")


def print_arrival(console: Console, arrival: Arrival) -> None:
    """When it was published and when the edge followed."""
    record = arrival.publication
    console.print(
        f"published in {arrival.published_seconds:.1f} s (sequence {record.sequence}, by {record.trigger},"
        f" {record.calls} store calls)"
    )
    if arrival.edge is None:
        return
    if arrival.edge_seconds is not None and arrival.edge.revision is not None:
        console.print(f"the edge decides by revision {arrival.edge.revision} after {arrival.edge_seconds:.1f} s")
    elif arrival.edge_seconds is not None:
        # A killed configuration has no keys, so nothing can be asked of it but the lane.
        lane, seconds = arrival.edge.lane or "no lane", arrival.edge_seconds
        console.print(f"the edge sends a new viewer to {lane} after {seconds:.1f} s")
    elif arrival.edge.reachable:
        console.print("the nearest edge location does not follow yet; look with: grayctl status")
    else:
        console.print(f"the site does not answer: {arrival.edge.error}", markup=False)


def print_waits(console: Console, waiting: Sequence[Wait]) -> None:
    """What gray wrote and stable lacks, and the way home for it."""
    for wait in waiting:
        console.print(f"! {wait}: grayctl data merge --lane {wait.lane}", style="yellow", markup=False)


def _nothing_to_do(console: Console) -> None:
    console.print("nothing to change: the release is like that already")


def _result(
    target: Target, manner: Manner, changes: list[Change], revision: Revision | None, arrival: Arrival | None
) -> dict[str, Any]:
    return {
        "environment": target.environment,
        "dry_run": manner.dry_run,
        "changes": [vars(change) for change in changes],
        "revision": revision.number if revision else None,
        "epoch": revision.epoch if revision else None,
        "state": revision.state if revision else None,
        "publication": arrival.as_json() if arrival else None,
    }
