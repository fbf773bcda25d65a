"""Commands that change the release: what they save, what they refuse, how they follow it to the edge."""

import json

import pytest
from tests.support.grayctl.grayctl_stack import Fault, Grayctl, Stack

from gray.history.revisions import Revisions
from gray.publish.records.publication_log import FAILED
from grayctl.actions.propose import propose, save
from grayctl.document.edits import ramp
from grayctl.errors import (
    EXIT_CONFLICT,
    EXIT_NOT_CONFIRMED,
    EXIT_PUBLICATION,
    EXIT_REFUSED,
    EXIT_USAGE,
    ConflictError,
)
from grayctl.reading.release import Current, document_of


def rules_of(stack: Stack) -> list[dict[str, object]]:
    revision = stack.revisions.current()
    assert revision
    rules: list[dict[str, object]] = json.loads(revision.document)["rules"]
    return rules


def test_ramp_saves_follows_and_tells_the_time(stack: Stack, grayctl: Grayctl) -> None:
    first = grayctl("ramp", "20", "--yes", "-m", "first step")
    assert first.code == 0, first.err
    assert "revision 1 saved (active, epoch 1)" in first.out
    assert "published in" in first.out
    assert rules_of(stack) == [{"id": "ramp", "lane": "v2", "percent": 20.0}]
    revision = stack.revisions.current()
    assert revision
    assert (revision.author, revision.reason, revision.via) == ("ada@example.org", "first step", "grayctl")


def test_ramp_json_has_the_whole_story(stack: Stack, grayctl: Grayctl) -> None:
    stack.edge.headers = {"x-gray-version": "v1", "x-gray": "v1; rule=default; bucket=-; revision=1; epoch=1"}
    document = grayctl("ramp", "5", "--yes", "--json").json
    assert set(document) == {"environment", "dry_run", "changes", "revision", "epoch", "state", "publication"}
    assert document["environment"] == "test"
    assert document["revision"] == 1
    assert document["publication"]["status"] == "published"
    assert document["publication"]["edge_revision"] == 1
    assert document["publication"]["published_seconds"] >= 0
    assert document["publication"]["edge_seconds"] >= document["publication"]["published_seconds"]


def test_dry_run_changes_nothing(stack: Stack, grayctl: Grayctl) -> None:
    outcome = grayctl("ramp", "5", "--dry-run", "--json")
    assert outcome.code == 0
    assert outcome.json["dry_run"] is True
    assert outcome.json["revision"] is None
    assert stack.revisions.head() is None


def test_the_same_again_makes_no_revision(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes")
    again = grayctl("ramp", "5", "--yes")
    assert again.code == 0
    assert "nothing to change" in again.out
    head = stack.revisions.head()
    assert head
    assert head.revision == 1


def test_where_nobody_can_be_asked_a_change_needs_yes(stack: Stack, grayctl: Grayctl) -> None:
    outcome = grayctl("ramp", "5")
    assert outcome.code == EXIT_NOT_CONFIRMED
    assert "--yes" in outcome.err
    assert stack.revisions.head() is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ramp", "120"], "120 is not a percentage"),
        (["ramp", "12.345"], "more than two decimals"),
        (["ramp"], "give a percentage or --plan"),
        (["ramp", "ten"], "Invalid value for 'percent'"),
        (["rule", "remove", "nobody"], "the release has no rule 'nobody'"),
        (["rule", "add", "all"], "moves everybody"),
        (["rule", "add", "x", "--when", "land=DE"], "is not a condition"),
        (["apply", "missing.yaml"], "file not found: missing.yaml"),
        (["undo"], "there is no release yet"),
    ],
)
def test_a_users_mistake_is_one_line_without_a_traceback(
    stack: Stack, grayctl: Grayctl, arguments: list[str], says: str
) -> None:
    outcome = grayctl(*arguments, "--yes")
    assert outcome.code == EXIT_USAGE
    assert says in outcome.err
    assert "Traceback" not in outcome.err


def test_an_invalid_release_is_refused_with_every_problem_before_it_is_saved(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "bad.yaml").write_text(
        """
salt: abcdefgh
lanes: [v2]
surprise: 1
rules:
  - {id: a, lane: v1, percent: 5}
  - {id: b, lane: v2, percent: 12.345}
"""
    )
    outcome = grayctl("apply", "bad.yaml", "--yes")
    assert outcome.code == EXIT_REFUSED
    for where in ("surprise", "rules[0].lane", "rules[1].percent"):
        assert where in outcome.err
    assert stack.revisions.head() is None
    document = grayctl("apply", "bad.yaml", "--yes", "--json").json["error"]
    assert document["exit_code"] == EXIT_REFUSED
    assert {"where", "what", "remedy", "code"} == set(document["findings"][0])


def test_two_operators_the_second_sees_what_the_first_did(stack: Stack, grayctl: Grayctl) -> None:
    # Given a release, and another operator who saves between our reading and our writing
    grayctl("ramp", "5", "--yes")
    other = Revisions(stack.dynamodb, "graylane-test-config")

    base = other.head()
    assert base
    # When both save on revision 1
    release = other.get(1).release()
    other.save(release.model_copy(update={"note": "theirs"}), author="bob", reason="b", via="grayctl", base=base)
    stale = Current(base, document_of(other.get(1)))
    with pytest.raises(ConflictError) as caught:
        save(other, propose(stale, lambda before: ramp(before, 50)), author="ada", reason="a")
    # Then ours is refused with the difference, and nothing is lost
    assert caught.value.exit_code == EXIT_CONFLICT
    assert "revision 2 by bob" in str(caught.value)
    assert [finding.what for finding in caught.value.findings] == ["+ note: theirs"]
    head = other.head()
    assert head
    assert head.revision == 2


def test_a_failed_publication_is_told_with_its_reason(stack: Stack, grayctl: Grayctl) -> None:
    stack.sync.fault = Fault(status=FAILED, errors=["AccessDenied: UpdateKeys"])
    outcome = grayctl("ramp", "5", "--yes")
    assert outcome.code == EXIT_PUBLICATION
    assert "saved, but publication 1 failed: AccessDenied: UpdateKeys" in outcome.err


def test_rules_are_added_moved_listed_and_removed(stack: Stack, grayctl: Grayctl) -> None:
    assert grayctl("ramp", "5", "--yes", "--no-wait").code == 0
    added = grayctl(
        *["rule", "add", "germany", "--when", "country=DE", "--when", "!device=mobile", "--percent", "10"],
        *["--at", "1", "--yes", "--no-wait"],
    )
    assert added.code == 0, added.err
    listed = grayctl("rule", "list", "--json").json
    assert [rule["id"] for rule in listed["rules"]] == ["germany", "ramp"]
    assert listed["rules"][0]["when"] == {"all": [{"country": ["DE"]}, {"not": {"device": ["mobile"]}}]}
    assert grayctl("rule", "move", "germany", "2", "--yes", "--no-wait").code == 0
    assert [rule["id"] for rule in rules_of(stack)] == ["ramp", "germany"]
    assert "germany" in grayctl("rule", "list").out
    assert grayctl("rule", "remove", "germany", "--yes", "--no-wait").code == 0
    assert [rule["id"] for rule in rules_of(stack)] == ["ramp"]


def test_a_restricted_list_stays_so_until_it_is_opened(stack: Stack, grayctl: Grayctl) -> None:
    restricted: list[bool] = []
    for number, option in enumerate(([], ["--restricted"], [], ["--open"], [])):
        (stack.root / "ids.txt").write_text(f"id-{number}\n")
        assert grayctl("list", "put", "staff", "ids.txt", *option, "--yes", "--no-wait").code == 0
        restricted.append(grayctl("list", "show", "staff", "--json").json["staff"]["restricted"])
    assert restricted == [False, True, True, False, False]


def test_a_byte_order_mark_is_no_part_of_an_id(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "ids.txt").write_bytes(b"\xef\xbb\xbfanna\r\nbob\r\n")
    assert grayctl("list", "put", "staff", "ids.txt", "--yes", "--no-wait").code == 0
    (found,) = stack.s3.list_objects_v2(Bucket="graylane-test-edge-config")["Contents"]
    kept = stack.s3.get_object(Bucket="graylane-test-edge-config", Key=found["Key"])["Body"].read()
    assert kept == b"anna\nbob\n"


def test_a_list_that_nobody_said_yes_to_is_not_uploaded(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "ids.txt").write_text("anna\n")
    assert grayctl("list", "put", "staff", "ids.txt").code == EXIT_NOT_CONFIRMED
    assert "Contents" not in stack.s3.list_objects_v2(Bucket="graylane-test-edge-config")
    assert grayctl("list", "put", "staff", "ids.txt", "--yes", "--no-wait").code == 0
    assert "Contents" in stack.s3.list_objects_v2(Bucket="graylane-test-edge-config")


def test_a_killed_release_stays_killed_and_no_change_says_otherwise(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "50", "--yes", "--no-wait")
    grayctl("kill")
    for dry in (["--dry-run"], []):
        changes = grayctl("apply", "--new", "--yes", "--json", *dry).json["changes"]
        assert "rules[ramp]" in {change["where"] for change in changes}
        assert "state" not in {change["where"] for change in changes}
    # A killed edge names no revision; that is no reason to wait for one.
    outcome = grayctl("ramp", "5", "--yes")
    assert "the edge sends a new viewer to v1" in outcome.out
    assert "until: grayctl resume" in outcome.out
    head = stack.revisions.head()
    assert head
    assert (head.revision, head.state) == (4, "killed")


def test_kill_needs_no_yes_and_says_so_at_once(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "50", "--yes")
    outcome = grayctl("kill", "-m", "orders fail")
    assert outcome.code == 0, outcome.err
    assert "everybody gets stable" in outcome.out
    head = stack.revisions.head()
    assert head
    assert (head.state, head.revision) == ("killed", 2)
    request = stack.sync.requests[-1]
    assert (request["action"], request["reason"], request["invalidate"]) == ("kill", "orders fail", True)
    document = grayctl("kill", "--json").json
    assert document["state"] == "killed"
    assert document["troubles"] == []


def test_kill_works_on_a_release_that_is_no_release(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "50", "--yes")
    stack.dynamodb.update_item(
        TableName="graylane-test-config",
        Key={"pk": {"S": "revision"}, "sk": {"N": "1"}},
        UpdateExpression="SET #r = :bad",
        ExpressionAttributeNames={"#r": "release"},
        ExpressionAttributeValues={":bad": {"S": "{broken"}},
    )
    assert grayctl("kill").code == 0
    assert grayctl("ramp", "10", "--yes").code == EXIT_REFUSED


def test_kill_works_when_the_revision_at_the_head_is_gone(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "50", "--yes")
    stack.dynamodb.delete_item(TableName="graylane-test-config", Key={"pk": {"S": "revision"}, "sk": {"N": "1"}})
    assert grayctl("kill").code == 0


def test_states_follow_each_other(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes", "--no-wait")
    assert grayctl("pause", "--yes", "--no-wait").code == 0
    assert grayctl("pause", "--yes", "--no-wait").code == EXIT_USAGE
    assert grayctl("resume", "--yes", "--no-wait").code == 0
    grayctl("kill")
    resumed = grayctl("resume", "--yes", "--no-wait", "--json")
    assert resumed.json["state"] == "active"
    assert resumed.json["epoch"] > 1


def test_resume_does_not_take_the_killed_edge_for_the_new_one(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes", "--no-wait")
    grayctl("kill")
    stack.edge.before = [{"x-gray-version": "v1"}] * 2
    stack.edge.headers = {"x-gray-version": "v2", "x-gray": "v2; rule=ramp; bucket=7; revision=3; epoch=3"}
    resumed = grayctl("resume", "--yes", "--json").json
    assert (resumed["publication"]["edge_lane"], resumed["publication"]["edge_revision"]) == ("v2", 3)


def test_undo_brings_the_release_before_back(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes", "--no-wait")
    grayctl("ramp", "50", "--yes", "--no-wait")
    shown = grayctl("undo", "--dry-run")
    assert "50" in shown.out
    assert grayctl("undo", "--yes", "--no-wait").code == 0
    assert rules_of(stack)[0]["percent"] == 5
    assert grayctl("undo", "--to", "9", "--yes").code == EXIT_USAGE


def test_sync_asks_the_manual_function_and_follows_its_record(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes")
    outcome = grayctl("sync", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["status"] == "published"
    assert outcome.json["trigger"] == "manual"
    assert (outcome.json["invalidation"], outcome.json["verified"]) == ("I1", "as published")
    assert stack.sync.requests[-1]["action"] == "publish"
    assert "revision 1 (active): published" in grayctl("sync", "--no-invalidate").out
    assert stack.sync.requests[-1]["invalidate"] is False


def test_rebuild_names_its_source(stack: Stack, grayctl: Grayctl) -> None:
    grayctl("ramp", "5", "--yes")
    assert grayctl("rebuild", "--from", "s3", "--version", "abc", "--yes").code == 0
    request = stack.sync.requests[-1]
    assert (request["action"], request["source"], request["version"]) == ("rebuild", "s3", "abc")
    assert grayctl("rebuild", "--from", "tape", "--yes").code == EXIT_USAGE
    assert grayctl("rebuild", "--version", "abc", "--yes").code == EXIT_USAGE
    assert grayctl("rebuild").code == EXIT_NOT_CONFIRMED
