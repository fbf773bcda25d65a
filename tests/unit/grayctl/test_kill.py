"""`grayctl kill`: whatever comes with it or stands in its way, everybody is at stable after one command."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.aws.strict_store import StrictStore
from tests.support.control.broken_heads import BROKEN, NO_HEAD, NO_RELEASE
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from gray.release.document import Release
from grayctl.errors import EXIT_REFUSED, EXIT_UNREACHABLE, EXIT_USAGE

GOOD = "salt: abcdefgh\nlanes: [v2]\nrules:\n  - {id: ramp, lane: v2, percent: 5}\n"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def ramped(stack: Stack) -> Stack:
    """Three revisions, the newest at 20 %, and a file with a good release."""
    (stack.root / "good.yaml").write_text(GOOD)
    for percent in (5, 10, 20):
        rules = [{"id": "ramp", "lane": "v2", "percent": percent}]
        release = Release.model_validate({"salt": "abcdefgh", "lanes": ["v2"], "rules": rules})
        base = stack.revisions.head()
        stack.revisions.save(release, author="ada@example.org", reason="ramp", via="grayctl", base=base)
    return stack


def _state(stack: Stack) -> str:
    head = stack.revisions.head()
    assert head
    return head.state


# what comes with it

TEXTS = {
    "no UTF-8": "orders \udcff\udcfe fail",
    "half a character": "\ud800",
    "control characters": "\x00\x1b[2J\r\n",
    "very long": "w" * 1_000_000,
    "letters of all kinds": "Bestellungen schlagen fehl: 订单 \U0001f4a5",
}


@pytest.mark.parametrize("text", TEXTS)
def test_no_reason_and_no_author_stops_a_kill(
    ramped: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    if "\x00" not in TEXTS[text] and "\ud800" not in TEXTS[text]:  # which no variable can hold
        monkeypatch.setenv("GRAYCTL_AUTHOR", TEXTS[text])

    outcome = grayctl("kill", "-m", TEXTS[text])

    assert outcome.code == 0, outcome.err
    assert "!" not in outcome.out
    assert _state(ramped) == "killed"
    (asked,) = ramped.sync.requests
    assert len(asked["reason"]) <= 1000


def test_what_is_kept_of_a_reason_is_said(ramped: Stack, grayctl: Grayctl) -> None:
    assert "the first 999 are kept" in grayctl("kill", "-m", "w" * 2000).err
    assert "they were replaced" in grayctl("resume", "-m", "\udcff", "--yes", "--no-wait").err
    assert grayctl("pause", "-m", "Wochenende 周末", "--yes", "--no-wait").err == ""
    assert ramped.revisions.history(1)[0].reason == "Wochenende 周末"


def test_a_git_that_answers_bytes_stops_no_kill(
    ramped: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAYCTL_AUTHOR")
    (ramped.root / "config").write_bytes(b"[user]\n\temail = \xff\xfe@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(ramped.root / "config"))

    assert grayctl("kill").code == 0

    assert ramped.revisions.history(1)[0].author == "\N{REPLACEMENT CHARACTER}" * 2 + "@example.org"


# HEAD and the release


@pytest.mark.parametrize("broken", BROKEN)
def test_whatever_head_holds_it_can_be_killed_and_brought_back(ramped: Stack, grayctl: Grayctl, broken: str) -> None:
    BROKEN[broken](ramped.dynamodb)

    assert "Traceback" not in grayctl("status").err
    killed = grayctl("kill", "--json")
    assert killed.code == 0, killed.out
    assert (killed.json["state"], killed.json["troubles"]) == ("killed", [])
    applied = grayctl("apply", "good.yaml", "--yes", "--no-wait")
    assert applied.code == 0, applied.err
    resumed = grayctl("resume", "--yes", "--no-wait", "--json")
    assert (resumed.code, resumed.json["state"]) == (0, "active"), resumed.out
    assert grayctl("ramp", "50", "--yes", "--no-wait").code == 0
    assert grayctl("status", "--json").json["findings"] == []


@pytest.mark.parametrize("broken", NO_HEAD)
def test_a_broken_head_is_told_and_stops_no_change(ramped: Stack, grayctl: Grayctl, broken: str) -> None:
    for line in ("ramp 30", "apply good.yaml", "undo", "pause"):
        NO_HEAD[broken](ramped.dynamodb)
        told = grayctl("status", "--json").json
        assert "until the next change" in told["findings"][0]
        changed = grayctl(*line.split(), "--yes", "--no-wait")
        assert changed.code == 0, changed.err
    assert grayctl("resume", "--yes", "--no-wait").code == 0


@pytest.mark.parametrize("broken", NO_RELEASE)
def test_the_way_out_of_an_unreadable_release_is_a_way_out(ramped: Stack, grayctl: Grayctl, broken: str) -> None:
    for line in ("apply good.yaml", "undo --to 2"):
        NO_RELEASE[broken](ramped.dynamodb)
        for refused in ("ramp 30", "resume", "pause"):
            outcome = grayctl(*refused.split(), "--yes", "--no-wait")
            if outcome.code:  # some can be read all the same
                assert outcome.code in (EXIT_REFUSED, EXIT_USAGE)
                assert "Traceback" not in outcome.err
        done = grayctl(*line.split(), "--yes", "--no-wait")
        assert done.code == 0, done.err
    assert grayctl("history").code == 0


@pytest.mark.parametrize("broken", ["the revision gone", "a release that is no JSON", "a release nested too deep"])
def test_an_unreadable_release_is_told_with_its_way_out(ramped: Stack, grayctl: Grayctl, broken: str) -> None:
    NO_RELEASE[broken](ramped.dynamodb)
    assert "grayctl apply FILE" in grayctl("status").out
    assert "grayctl apply FILE" in grayctl("ramp", "30", "--yes").err
    assert grayctl("undo", "--yes", "--no-wait").code == 0
    assert grayctl("status", "--json").json["ramp_percent"] == 10


# what does not answer


def _no(service: str) -> Callable[[Stack, pytest.MonkeyPatch], None]:
    return lambda stack, patch: patch.setenv(f"AWS_ENDPOINT_URL_{service}", NOWHERE)


def _nothing_published(stack: Stack, patch: pytest.MonkeyPatch) -> None:
    stack.functions["graylane-test-sync-manual"] = lambda event: None


def _publication_fails(stack: Stack, patch: pytest.MonkeyPatch) -> None:
    stack.sync.fault.update(status="failed", errors=["the store does not answer"])


def _record_garbled(stack: Stack, patch: pytest.MonkeyPatch) -> None:
    _nothing_published(stack, patch)
    item: Any = {"pk": {"S": "publication"}, "sk": {"N": "99"}, "errors": {"S": "x"}, "status": {"N": "1"}}
    stack.dynamodb.put_item(TableName="graylane-test-config", Item=item)


SILENT = {
    "DynamoDB": _no("DYNAMODB"),
    "Lambda": _no("LAMBDA"),
    "CloudFormation": _no("CLOUDFORMATION"),
    "a sync that publishes nothing": _nothing_published,
    "a sync that fails": _publication_fails,
    "a record that is none": _record_garbled,
}


@pytest.mark.parametrize("silent", SILENT)
def test_what_does_not_answer_is_gone_around(
    ramped: Stack, store: StrictStore, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    SILENT[silent](ramped, monkeypatch)

    outcome = grayctl("kill", "-m", "orders fail", "--json")

    assert outcome.code == 0, outcome.out
    assert outcome.json["state"] == "killed"
    assert outcome.json["troubles"]
    if silent != "CloudFormation":  # whose names lead to HEAD and the sync as well
        assert store.items["config"].startswith("2k|")
        assert "grayctl sync" in outcome.json["left"]
    assert ramped.sync.requests or silent in ("Lambda", "a sync that publishes nothing", "a record that is none")


def test_people_are_told_what_was_gone_around(
    ramped: Stack, store: StrictStore, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", NOWHERE)
    outcome = grayctl("kill")
    assert outcome.code == 0
    assert "! revision: no answer from http://127.0.0.1:9" in outcome.out
    assert "written directly into the KeyValueStore" in outcome.out
    assert "once AWS answers, run: grayctl sync" in outcome.out
    assert "Traceback" not in outcome.err


def test_a_kill_that_no_way_carries_says_so(
    ramped: Stack, store: StrictStore, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.fail = store._error("AccessDeniedException", 403, "no")
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", NOWHERE)
    outcome = grayctl("kill")
    assert outcome.code == EXIT_UNREACHABLE
    assert "the kill is not at the edge" in outcome.err
    assert "Traceback" not in outcome.err


# the project's files


def _toml(content: bytes) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def write(project: Path, patch: pytest.MonkeyPatch) -> None:
        (project / "samconfig.toml").write_bytes(content)

    return write


def _folder_for_samconfig(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / "samconfig.toml").unlink()
    (project / "samconfig.toml").symlink_to("samconfig.toml")


def _note(content: bytes) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def write(project: Path, patch: pytest.MonkeyPatch) -> None:
        (project / ".graylane" / "local").mkdir(parents=True)
        (project / ".graylane" / "local" / "local.json").write_bytes(content)
        _keys_from_a_role(project, patch)

    return write


def _keys_from_a_role(project: Path, patch: pytest.MonkeyPatch) -> None:
    """Credentials that do not say by themselves that AWS was chosen."""
    (project / "credentials").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(project / "credentials"))
    patch.delenv("AWS_ACCESS_KEY_ID")


def _note_is_a_loop(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / ".graylane").symlink_to(".graylane")
    _keys_from_a_role(project, patch)


def _config(content: bytes) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def write(project: Path, patch: pytest.MonkeyPatch) -> None:
        (project / "config").write_bytes(content)
        patch.setenv("AWS_CONFIG_FILE", str(project / "config"))

    return write


FILES = {
    "samconfig that is no TOML": _toml(b"[test\n"),
    "samconfig that is no UTF-8": _toml(b"[test.deploy.parameters]\nstack_name = '\xff'\n"),
    "samconfig of another form": _toml(b"test = 1\n[test2]\n"),
    "no samconfig that can be read": _folder_for_samconfig,
    "a note of the local stack that is no JSON": _note(b"{"),
    "a note of the local stack that is no UTF-8": _note(b"\xff"),
    "a note of the local stack that is a list": _note(b"[]"),
    "a note of the local stack without an address": _note(b'{"config_env": "test"}'),
    "a state folder that cannot be read": _note_is_a_loop,
    "AWS settings that are none": _config(b"[default\nregion"),
    "AWS settings that are no UTF-8": _config(b"[default]\nregion = \xff\n"),
}


@pytest.mark.parametrize("file", FILES)
def test_no_file_stops_a_kill(
    ramped: Stack, store: StrictStore, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    FILES[file](ramped.root, monkeypatch)

    outcome = grayctl("kill", "--json")

    if file == "samconfig of another form":  # it can be read, and has no such environment
        assert outcome.code == EXIT_USAGE
        return
    assert outcome.code == 0, outcome.out
    assert outcome.json["state"] == "killed"
    if file != "no samconfig that can be read":  # then the repository's own is taken
        assert outcome.json["troubles"]
    assert _state(ramped) == "killed"
