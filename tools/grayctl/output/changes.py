"""Printing a change: the differences, the saved revision, and the progress to the edge."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from gray.history.revision import KILLED
from gray.history.revisions import Revision
from grayctl.document.difference import Change

if TYPE_CHECKING:
    from grayctl.actions.follow import Arrival
    from grayctl.actions.gray_data import Wait


def print_changes(console: Console, changes: list[Change]) -> None:
    """One line per change."""
    for change in changes:
        console.print(f"  {change}", markup=False)


def print_saved(console: Console, changes: list[Change], revision: Revision, arrival: "Arrival | None") -> None:
    """The saved revision and its progress."""
    print_changes(console, changes)
    console.print(f"revision [bold]{revision.number}[/bold] saved ({revision.state}, epoch {revision.epoch})")
    if arrival is None:
        console.print("not waiting for the publication; see: grayctl status")
    else:
        print_arrival(console, arrival)
    if revision.state == KILLED:
        console.print("everybody stays on stable until: grayctl resume")


def print_arrival(console: Console, arrival: "Arrival") -> None:
    """When it was published and when the edge used it."""
    record = arrival.publication
    console.print(
        f"published in {arrival.published_seconds:.1f} s (sequence {record.sequence}, by {record.trigger},"
        f" {record.calls} store calls)"
    )
    if arrival.edge is None:
        return
    if arrival.edge_seconds is not None and arrival.edge.revision is not None:
        console.print(f"the edge uses revision {arrival.edge.revision} after {arrival.edge_seconds:.1f} s")
    elif arrival.edge_seconds is not None:
        # A killed configuration has no keys, so the edge reveals only the lane.
        lane, seconds = arrival.edge.lane or "no lane", arrival.edge_seconds
        console.print(f"the edge sends a new viewer to {lane} after {seconds:.1f} s")
    elif arrival.edge.reachable:
        console.print("the nearest edge location has not switched yet; see: grayctl status")
    else:
        console.print(f"the site does not answer: {arrival.edge.error}", markup=False)


def print_waits(console: Console, waiting: Sequence["Wait"]) -> None:
    """What gray wrote and stable lacks, and the command to merge it."""
    for wait in waiting:
        console.print(f"! {wait}: grayctl data merge --lane {wait.lane}", style="yellow", markup=False)
