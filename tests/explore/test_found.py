"""Schedules that broke a law once. Each is the shortest that did.

A schedule that no longer applies fails too, so that it is written anew, or its turn is named as `closed`: a point that
the code does not come to any more.
"""

from dataclasses import dataclass

import pytest
from tests.explore.scenarios import scenario
from tests.explore.schedule import replay


@dataclass(frozen=True)
class Found:
    """What happened, by which schedule, and the law that mattered of those it broke."""

    what: str
    scenario: str
    schedule: str
    law: str
    closed: tuple[str, ...] = ()


FOUND = (
    Found(
        "1 a HEAD that is refused keeps a sick lane published",
        "lane-sick-refused",
        "schedule",
        "rest",
    ),
    Found(
        "1 a lane whose stack is gone stays published under a HEAD that is refused",
        "lane-gone",
        "unregister",
        "rest",
    ),
    Found(
        "2 the hourly check undoes a direct kill, where HEAD is refused",
        "direct-refused",
        "direct; schedule",
        "killed",
    ),
    Found(
        "3 a set from S3, read before a kill, is written over it",
        "rebuild-s3",
        "rebuild-s3 until store.describe_key_value_store#1; kill; stream; rebuild-s3",
        "killed",
    ),
    Found(
        "3 a set from S3 is written over a direct kill",
        "rebuild-s3-direct",
        "direct; rebuild-s3",
        "killed",
    ),
    Found(
        "3b the repair restores over a kill that has not reached the ledger yet",
        "drift-refused",
        "schedule until ssm.get_parameters_by_path#4; kill; stream until dynamodb.put_item(ledger)#1; schedule",
        "killed",
    ),
    Found(
        "4 a repair writes an older release over a kill that has a lower sequence",
        "drift-early",
        "manual until dynamodb.get_item(head)#1; schedule until store.update_keys#1; kill; manual; schedule",
        "killed",
    ),
    Found(
        "4b a repair puts an older set into S3, over the kill's",
        "drift",
        "schedule until s3.head_object#1; kill; stream; schedule",
        "older",
    ),
    Found(
        "4b a repair puts an older parameter over the kill's",
        "drift-parameter",
        "schedule until ssm.get_parameter(current)#1; kill; stream; schedule",
        "late",
    ),
    Found(
        "5 a list comes back while the cleanup has removed it and not said so",
        "cleanup-list-of-many",
        "cleanup until dynamodb.put_item(ledger)#1; undo; stream; cleanup",
        "complete",
    ),
    Found(
        "5 the same, where the cleanup dies",
        "cleanup-list-of-many",
        "cleanup crash at dynamodb.put_item(ledger)#1; undo; stream",
        "complete",
    ),
    Found(
        "5 the same, between two calls of a removal",
        "cleanup-long-list",
        "cleanup until store.update_keys#2; undo; stream; cleanup",
        "complete",
    ),
    Found(
        "6 a kill switches a lane's API after a resume",
        "resume",
        "kill; kill-sync until ssm.get_parameters_by_path#1; resume; stream; kill-sync",
        "rest",
    ),
    Found(
        "6 the parameter misses a kill, so the resume leaves the lane's API at stable",
        "resume",
        "kill; kill-sync error at ssm.get_parameter(current)#1; resume; stream",
        "rest",
    ),
    Found(
        "6 a scheduled run switches a lane's API after a resume",
        "resume-published",
        "schedule until dynamodb.query(lane)#1; resume; stream; schedule",
        "rest",
    ),
    Found(
        "7 a revision from before a kill is written over a direct one",
        "direct-kill",
        "stream until store.update_keys#1; direct; kill; resume; stream",
        "killed",
    ),
    Found(
        "7 the clock of who kills directly is behind, so a resume seems to have come later",
        "direct-behind",
        "direct-behind; stream",
        "killed",
    ),
    Found(
        "7 the clock of who resumes is behind, so a direct kill acts again",
        "direct-resume-behind",
        "direct-told; resume-behind; schedule",
        "once",
    ),
    Found(
        "8 the sync of a kill comes after the resume, and kills again",
        "resume",
        "kill; resume; kill-sync",
        "once",
    ),
    Found(
        "8b a second alarm of the same trouble kills what was resumed",
        "alarms-resume",
        "other until dynamodb.query(revision)#1; alarm; resume; other",
        "once",
    ),
    Found(
        "9 a repeated kill that dies before the ledger makes the table seem older",
        "kill-twice",
        "schedule until store.describe_key_value_store#1; stream; schedule crash at dynamodb.get_item(ledger)#2",
        "rest",
    ),
    Found(
        "9 the same, by a person's sync of a killed release, with nobody beside it",
        "rotate+kill+stream@moved",
        "kill; stream; rotate crash at ssm.get_parameters_by_path#1",
        "rest",
    ),
    Found(
        "9b the ledger stays open where HEAD is refused",
        "lane-gone-open",
        "stream crash at store.update_keys#1; unregister",
        "rest",
    ),
    Found(
        "9c a run that dies after the store, and a lane that goes, leave the ledger open for good",
        "lane-back",
        "save; schedule crash at ssm.get_parameter(current)#1; unregister",
        "rest",
    ),
    Found(
        "10 the cleanup removes the parts of a config that was restored",
        "rebuild-s3-older",
        "rebuild-s3; cleanup",
        "complete",
    ),
    Found(
        "12 a set from S3, read before a publication, is written over it",
        "stream+rebuild-s3@moved",
        "rebuild-s3 until store.describe_key_value_store#1; stream; rebuild-s3",
        "older",
    ),
    Found(
        "12 a killed set from S3, read before a resume, is written over it",
        "resume+rebuild-s3+stream@killed",
        "resume; rebuild-s3 until store.describe_key_value_store#1; stream; rebuild-s3",
        "epoch",
    ),
    Found(
        "12 a set from S3, read before HEAD is published again, is written over it",
        "rebuild-s3-resume",
        "kill; stream until dynamodb.get_item(head)#1; resume; stream; rebuild-s3 until store.list_keys#1; stream",
        "late",
    ),
)


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.what)
def test_what_was_found_once(found: Found) -> None:
    outcome = replay(scenario(found.scenario), found.schedule)

    assert not outcome.violations, f"{found.law}: {[str(violation) for violation in outcome.violations]}"
    assert outcome.not_reached == found.closed, "the schedule does not apply any more"
