"""Notes needed to interpret a preview."""

from collections.abc import Collection

from gray.release.document import Release
from grayctl.preview.access_logs import Reading
from grayctl.preview.engine import Counted
from grayctl.preview.moves import reasons
from grayctl.preview.sides import FIELD, flat


def notes(
    after: Release, counted: Counted, *, epoch_rises: bool, dead: Collection[str], unknown: Collection[str]
) -> list[str]:
    """The notes; may be empty. `unknown` are the conditions whose fields are unknown for these viewers."""
    found = []
    if after.state == "killed":
        found.append("the release is killed, and a change does not resume it: everybody stays on stable until resume")
    if dead:
        found.append(f"rules lead to {', '.join(dead)}, which cannot take viewers now: these rules are ignored here")
    if epoch_rises:
        found.append("the change raises the epoch: viewers in gray by a link or an earlier rule are decided again")
    if unknown:
        found.append(f"rules use {', '.join(unknown)}, unknown for these viewers: treated as absent")
    nobody = reasons(counted, "no-id")
    if nobody:
        found.append(
            f"{nobody:,} ids do not have the edge's form (16 to 32 of A-Z a-z 0-9 _ -), and the release has no"
            " identity: they count as unknown viewers"
        )
    return found


def notes_on_logs(reading: Reading) -> list[str]:
    """What the logs contained, and which viewers are guesses."""
    found = [f"{reading.viewers:,} viewers requested a page, in {reading.requests:,} requests"]
    if reading.guessed:
        found.append(
            f"{reading.guessed:,} of them are known only by address and browser (no cookies in the log): their share is"
            " right, the examples are not"
        )
    if reading.unreadable:
        found.append(f"{reading.unreadable:,} log lines did not match their #Fields header and were skipped")
    return found


def unknown_conditions(releases: Collection[Release], known: Collection[str]) -> list[str]:
    """The kinds of conditions in these releases that need a viewer field outside `known`."""
    rules = [rule for release in releases for rule in release.rules if rule.when]
    kinds = {kind for rule in rules if rule.when for part in flat(rule.when) for kind in part.model_fields_set}
    return sorted(kind for kind in kinds if kind == "header" or (kind in FIELD and FIELD[kind] not in known))
