"""The steps of every change: show it, confirm, save it, follow it to the edge, report how long it took."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from gray.history.revision import KILLED
from gray.history.revisions import Revision
from grayctl.actions.author import author
from grayctl.actions.follow import Arrival, await_edge, await_publication
from grayctl.actions.gray_data import Wait, told, waits
from grayctl.actions.propose import Edit, propose_edit, save
from grayctl.actions.restate import Restatement, planned, write_state
from grayctl.document.difference import Change, difference
from grayctl.options import Manner
from grayctl.output.changes import print_changes, print_saved, print_waits
from grayctl.output.screen import confirm, note, show, spinner
from grayctl.reading.edge_answer import EdgeAnswer, ask_edge
from grayctl.reading.publications import record_of_revision
from grayctl.reading.release import document_of, revisions_of
from grayctl.reading.signing import debug_header
from grayctl.stack.target import Target, discover


def carry_out(edit: Edit, manner: Manner, *, prepare: Callable[[], None] = lambda: None) -> None:
    """Change the release. `prepare` is called after confirmation, before the release is saved."""
    target = discover(manner.config_env)
    proposal = propose_edit(target, edit)
    for text in proposal.notes():
        note(text)
    if not proposal.changes and proposal.current.head is not None:
        show(_result(target, manner, proposal.changes, None, None), manner.as_json, _nothing_to_do)
        return
    if manner.dry_run:
        _show_dry_run(target, manner, proposal.current.revision, proposal.changes)
        return
    _ask_first(target, manner, proposal.changes)
    prepare()
    revision = save(
        revisions_of(target),
        proposal,
        author=author(),
        reason=manner.reason or edit.summary,
        ids_only_added=edit.ids_only_added,
    )
    _finish(target, manner, proposal.changes, revision)


def restate(step: Restatement, manner: Manner, *, tell_waits: bool = False) -> None:
    """Change the release's state, or go back. `tell_waits`: also report what waits in gray's tables."""
    target = discover(manner.config_env)
    revisions = revisions_of(target)
    current, changes = planned(step, revisions)
    if manner.dry_run:
        _show_dry_run(target, manner, current.revision, changes)
        return
    _ask_first(target, manner, changes)
    revision = write_state(step, revisions, current, manner.reason)
    made = difference(current.document, document_of(revision))
    _finish(target, manner, made, revision, waits(target) if tell_waits else None)


def _show_dry_run(target: Target, manner: Manner, revision: int, changes: list[Change]) -> None:
    """What a change would do."""

    def text(console: Console) -> None:
        console.print(f"would change revision {revision}:" if revision else "would create the first revision:")
        print_changes(console, changes)

    show(_result(target, manner, changes, None, None), manner.as_json, text)


def _ask_first(target: Target, manner: Manner, changes: list[Change]) -> None:
    """Show the change and ask for confirmation, except on the local stack: it has no real viewers."""
    if manner.yes or target.clients.local:
        return
    if not manner.as_json:
        show(None, False, lambda console: print_changes(console, changes))
    confirm(f"Save this in {target.environment}?", manner.yes)


def _finish(
    target: Target, manner: Manner, changes: list[Change], revision: Revision, waiting: Sequence[Wait] | None = None
) -> None:
    """Follow a saved revision to the edge and print the result; `waiting` is what waits in gray's tables."""
    killed = any(change.where == "state" and change.before == KILLED for change in changes)
    arrival = _follow(target, revision, manner.as_json, was_killed=killed) if not manner.no_wait else None
    document = _result(target, manner, changes, revision, arrival)

    def text(console: Console) -> None:
        print_saved(console, changes, revision, arrival)
        print_waits(console, waiting or ())

    show(document if waiting is None else document | {"waiting": told(waiting)}, manner.as_json, text)


def _follow(target: Target, revision: Revision, as_json: bool, *, was_killed: bool) -> Arrival:
    """Wait for the publication, then for the nearest edge location.

    If the edge reports no revision, its first answer counts, except after a kill: a killed edge has no keys to verify
    our debug header, so an answer without a revision comes from the old configuration.
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


def _nothing_to_do(console: Console) -> None:
    console.print("nothing to change: the release already looks like this")


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
