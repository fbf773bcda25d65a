"""A user's mistakes in files and numbers, dry runs of what is not possible, and input as other programs write it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.grayctl.command_runs import Mistake, fail
from tests.support.grayctl.grayctl_stack import SAMCONFIG, Grayctl, Stack

from grayctl.errors import EXIT_NEGATIVE, EXIT_REFUSED, EXIT_USAGE
from grayctl.output.answers import PreviewAnswer
from grayctl.output.answers_of_changes import BuildsDifferAnswer, ChangeOfReleaseAnswer

HEAD = "salt: abcdefgh\nlanes: [v2]\n"
LOG = gzip.compress(b"#Fields: c-ip cs-uri-stem cs(User-Agent)\n" + b"192.0.2.1\t/\tx\n" * 1000)
MANY = "9" * 5000
LONG = "n" * 300
FILES: dict[str, str | bytes] = {
    "ids.txt": "anna\n",
    "day.yaml": f"{HEAD}note: 2026-02-30T08:00:00Z\n",
    "digits.json": f'{{"salt": "abcdefgh", "lease_minutes": {MANY}}}',
    "tagged.yaml": f"{HEAD}note: !!bool perhaps\n",
    "deep.yaml": "[" * 5000,
    "empty.yaml": f"{HEAD}rules:\n",
    "words.yaml": f"{HEAD}rules: [a]\n",
    "lease.yaml": f"{HEAD}lease_minutes: 0\nrules: []\n",
    "header.gz": LOG[:2] + b"\x00" + LOG[3:],
    "body.gz": LOG[:12] + b"\xff" * 10 + LOG[22:],
    "cut.gz": LOG[:-12],
    "quote.csv": 'id,country\nanna,DE\n"bob,DE\n' + "carl,DE\n" * 20_000,
    "wide.csv": f"id,country\n{'w' * 140_000},DE\n",
    "wide.txt": "w" * 140_000,
    "nameless.csv": "User,Country\nanna,DE\n",
}
MISTAKES = [
    Mistake("ramp --plan nan --yes", EXIT_USAGE, "nan is not a percentage"),
    Mistake("ramp --plan 1,inf --yes", EXIT_USAGE, "inf is not a percentage"),
    Mistake("apply day.yaml --yes", EXIT_USAGE, 'timestamp: day is out of range for month in "day.yaml", line 3'),
    Mistake("apply digits.json --yes", EXIT_USAGE, "invalid int"),
    Mistake("apply tagged.yaml --yes", EXIT_USAGE, "invalid bool"),
    Mistake("apply deep.yaml --yes", EXIT_USAGE, "deep.yaml is nested too deep"),
    Mistake("estimate --rate 1 --file empty.yaml", EXIT_REFUSED, "rules"),
    Mistake("estimate --rate 1 --file words.yaml", EXIT_REFUSED, "rules[0]"),
    Mistake("estimate --rate 1 --file lease.yaml", EXIT_REFUSED, "lease_minutes"),
    Mistake("estimate --rate nan", EXIT_USAGE, "Invalid value for '--rate'"),
    Mistake("estimate --rate inf", EXIT_USAGE, "Invalid value for '--rate'"),
    Mistake("estimate --rate 1 --api nan", EXIT_USAGE, "Invalid value for '--api'"),
    Mistake(f"estimate --rate 1 --changes 1{'0' * 400}", EXIT_USAGE, "Invalid value for '--changes'"),
    Mistake("apply ids.txt/x --yes", EXIT_USAGE, "ids.txt/x cannot be read or written: Not a directory"),
    Mistake("preview --ramp 5 --ids ids.txt/x", EXIT_USAGE, "ids.txt/x cannot be read or written: Not a directory"),
    Mistake(f"apply {LONG} --yes", EXIT_USAGE, f"{LONG} cannot be read or written: File name too long"),
    Mistake("export --to /dev/full", EXIT_USAGE, "cannot write /dev/full: No space left on device"),
    Mistake("preview --ramp 5 --logs header.gz", EXIT_USAGE, "header.gz is damaged or truncated"),
    Mistake("preview --ramp 5 --logs body.gz", EXIT_USAGE, "body.gz is damaged or truncated"),
    Mistake("preview --ramp 5 --logs cut.gz", EXIT_USAGE, "cut.gz is damaged or truncated"),
    Mistake("preview --ramp 5 --ids quote.csv", EXIT_USAGE, "quote.csv: line 3: cannot be read"),
    Mistake("preview --ramp 5 --ids wide.csv", EXIT_USAGE, "wide.csv: line 2: cannot be read"),
    Mistake("preview --ramp 5 --ids wide.txt", EXIT_USAGE, "wide.txt: line 1: 140000 bytes"),
    Mistake(
        "preview --ramp 5 --ids nameless.csv",
        EXIT_USAGE,
        "nameless.csv: line 1: 2 fields between commas, and no line that names them",
    ),
    Mistake(f"link --lane v2 --for {MANY[:400]}d", EXIT_USAGE, "d is outside the range 1s to 30d"),
    Mistake(f"ramp --plan 1,5 --every {MANY[:400]}h --yes", EXIT_USAGE, "h is outside the range 1s to 7d"),
]


@pytest.fixture
def ramped(stack: Stack, grayctl: Grayctl) -> Stack:
    """A release at 5 %, and the files that the command lines name."""
    for name, content in FILES.items():
        (stack.root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert grayctl("ramp", "5", "--yes", "--no-wait").code == 0
    return stack


def test_every_mistake_is_told_where_it_is_and_changes_nothing(ramped: Stack, grayctl: Grayctl) -> None:
    before = ramped.revisions.head()
    for mistake in MISTAKES:
        first, *rest = mistake.line.split()
        fail(grayctl, first, Mistake(" ".join(rest), mistake.code, mistake.says))
    assert ramped.revisions.head() == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[dev]\ndeploy = "x"\n', "samconfig.toml: dev.deploy is not a table"),
        ('default = "x"\n[dev.deploy]\n', "samconfig.toml: default is not a table"),
        (f"[dev.deploy]\nmany = {MANY}\n", "is not valid TOML"),
    ],
)
def test_a_samconfig_of_another_form_is_told(project: Path, grayctl: Grayctl, text: str, says: str) -> None:
    (project / "samconfig.toml").write_text(text)
    fail(grayctl, "status", Mistake("--config-env dev", EXIT_USAGE, says))
    (project / "samconfig.toml").write_text(SAMCONFIG)


def _killed(grayctl: Grayctl) -> None:
    assert grayctl("kill").code == 0


def _paused(grayctl: Grayctl) -> None:
    assert grayctl("pause", "--yes", "--no-wait").code == 0


def _untouched(_grayctl: Grayctl) -> None:
    return None


@pytest.mark.parametrize(
    ("prepare", "command", "says"),
    [
        (_killed, "pause", "only an active release can be paused; this one is killed"),
        (_paused, "pause", "only an active release can be paused; this one is paused"),
        (_untouched, "resume", "the release is active already"),
        # A pause is no other document: an undo has nothing to go back to.
        (_paused, "undo", "there is no earlier release to go back to"),
    ],
)
def test_a_dry_run_of_what_is_not_possible_says_so_as_the_write_does(
    ramped: Stack, grayctl: Grayctl, prepare: Callable[[Grayctl], None], command: str, says: str
) -> None:
    prepare(grayctl)
    for option in ("--dry-run", "--yes"):
        fail(grayctl, command, Mistake(option, EXIT_USAGE, says))


def test_finish_cannot_be_tried_on_a_killed_release(ramped: Stack, grayctl: Grayctl, two_builds: None) -> None:
    _upload(ramped, "v2", "one")
    tried = grayctl("finish", "--dry-run", "--json")
    assert (tried.code, tried.json["changes"][0]["after"]) == (0, "finished")
    ramped.revisions.kill(author="bob", reason="orders fail", via="grayctl")
    for option in ("--dry-run", "--yes"):
        fail(grayctl, "finish", Mistake(option, EXIT_USAGE, "only an active or paused release can be finished"))


def test_a_dry_run_of_an_undo_shows_the_state_that_it_will_have(ramped: Stack, grayctl: Grayctl) -> None:
    assert grayctl("ramp", "50", "--yes", "--no-wait").code == 0
    _paused(grayctl)
    tried, done = (grayctl("undo", option, "--no-wait", "--json").json["changes"] for option in ("--dry-run", "--yes"))
    assert tried == done
    assert {change["where"] for change in done} == {"state", "rules[ramp].percent"}


@pytest.mark.parametrize(
    ("content", "ids", "germans"),
    [
        ("\ufeffanna\nbob\n", ["anna", "bob"], 0),
        ('\ufeff# staff, all of it\nanna\n"bob, the other"\n', ["anna", "bob, the other"], 0),
        ("\ufeffid,country\nanna,DE\nbob,FR\n", ["anna", "bob"], 1),
        ("country,id\nDE,anna\nFR,bob\n", ["anna", "bob"], 1),
        ("\ufeffid;country\nanna;DE\nbob;FR\n", ["anna", "bob"], 1),
        ('"id","country"\n"anna","DE"\n', ["anna"], 1),
        ("id\nanna\n", ["anna"], 0),
    ],
)
def test_ids_are_read_as_excel_and_people_write_them(
    ramped: Stack, grayctl: Grayctl, content: str, ids: list[str], germans: int
) -> None:
    # Given a release that would bring everybody to gray, Germany by a rule of its own
    (ramped.root / "next.yaml").write_text(
        f"{HEAD}identity: {{kind: plain, sources: ['cookie:uid']}}\nrules:\n"
        "  - {id: germany, lane: v2, when: {country: DE}}\n  - {id: rest, lane: v2, percent: 100}\n"
    )
    (ramped.root / "viewers").write_text(content, encoding="utf-8")
    # When it is asked who would move
    told = grayctl("preview", "next.yaml", "--ids", "viewers", "--json")
    # Then every id is one viewer, with the country of its row
    assert told.code == 0, told.out
    found = PreviewAnswer.model_validate_json(told.out)
    assert found.moves[0].examples == ids
    assert found.viewers == len(ids)
    assert sum(one.viewers for one in found.by_rule if one.name == "germany") == germans


def _upload(stack: Stack, lane: str, build: str) -> None:
    stack.s3.put_object(
        Bucket="graylane-test-site", Key=f"{lane}/.graylane/manifest.json", Body=f'{{"build": "{build}"}}'.encode()
    )


@pytest.fixture
def two_builds(ramped: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites of different builds; both APIs, asked where an emulator has them, are of stable's."""
    _upload(ramped, "v1", "one")
    _upload(ramped, "v2", "two")
    ramped.edge.body = b'{"build": "one"}'
    monkeypatch.setenv("AWS_ENDPOINT_URL", ramped.edge.address)
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")  # AWS itself stays where moto is


def test_finish_prints_the_builds_that_differ(ramped: Stack, grayctl: Grayctl, two_builds: None) -> None:
    told = grayctl("finish", "--yes", "--json")
    assert told.code == EXIT_NEGATIVE
    found = BuildsDifferAnswer.model_validate_json(told.out)
    assert found.builds == {"v1": {"site": "one", "api": "one"}, "v2": {"site": "two", "api": "one"}}
    assert found.differences == ["v2 site runs build two, v1 runs one: deploy the promoted code to stable first"]


def test_a_removed_plan_is_told_as_every_change(ramped: Stack, grayctl: Grayctl) -> None:
    assert grayctl("ramp", "--plan", "1,5,25", "--yes", "--no-wait").code == 0
    for option in ("--dry-run", "--yes"):
        told = grayctl("plan", "remove", option, "--no-wait", "--json")
        ChangeOfReleaseAnswer.model_validate_json(told.out)
        assert [change["where"] for change in told.json["changes"]] == ["plan"]
