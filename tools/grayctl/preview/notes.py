"""What has to be known to read a preview rightly."""

from collections.abc import Collection

from gray.release.document import Release
from grayctl.preview.access_logs import Reading
from grayctl.preview.engine import Counted
from grayctl.preview.moves import reasons
from grayctl.preview.sides import FIELD, flat


def notes(
    after: Release, counted: Counted, *, epoch_rises: bool, dead: Collection[str], unknown: Collection[str]
) -> list[str]:
    """Sentences; empty when there is nothing to say. `unknown` are the conditions that nothing is known for."""
    found = []
    if after.state == "killed":
        found.append("the release is killed and a change does not un-kill it: everybody stays on stable until resume")
    if dead:
        found.append(f"rules lead to {', '.join(dead)}, where nobody can be sent now: they are left out here")
    if epoch_rises:
        found.append("the change raises the epoch: who was led into gray by a link or an earlier rule is decided anew")
    if unknown:
        found.append(f"rules ask for {', '.join(unknown)}, not known of these viewers: taken as not there")
    nobody = reasons(counted, "no-id")
    if nobody:
        found.append(
            f"{nobody:,} ids are not of the form the edge gives (16 to 32 of A-Z a-z 0-9 _ -), and the release has no"
            " identity: they are taken as unknown viewers"
        )
    return found


def notes_on_logs(reading: Reading) -> list[str]:
    """What the logs were, and what of the viewers is a guess."""
    found = [f"{reading.viewers:,} viewers asked for a page, in {reading.requests:,} requests"]
    if reading.guessed:
        found.append(
            f"{reading.guessed:,} of them are known by address and browser only (no cookies in the log): their share is"
            " right, the examples are not"
        )
    if reading.unreadable:
        found.append(f"{reading.unreadable:,} lines of the logs were not as their head says and were left out")
    return found


def unknown_conditions(releases: Collection[Release], known: Collection[str]) -> list[str]:
    """The kinds of conditions in these releases that a viewer of whom `known` is known cannot meet."""
    rules = [rule for release in releases for rule in release.rules if rule.when]
    kinds = {kind for rule in rules if rule.when for part in flat(rule.when) for kind in part.model_fields_set}
    return sorted(kind for kind in kinds if kind == "header" or (kind in FIELD and FIELD[kind] not in known))
