"""A command line, run as people and as scripts run it: how it succeeds, and how it fails."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.grayctl.grayctl_stack import Grayctl

from grayctl.output.answer_model import FailureAnswer


@dataclass(frozen=True)
class Mistake:
    """A command line that is wrong, the exit code, and what the line on standard error has in it."""

    line: str
    code: int
    says: str


@dataclass(frozen=True)
class Case:
    """`text` and `json` are the rest of the command line, in this order; `json` is `text` when it is not given.

    `before` are command lines that make what the command needs.
    """

    text: str
    says: str
    mistakes: tuple[Mistake, Mistake]
    json: str | None = None
    before: tuple[str, ...] = ()
    code: int = 0


def write_files(folder: Path) -> None:
    """The files that the command lines name."""
    (folder / "ids.txt").write_text("anna\nbob\n")
    (folder / "empty.txt").write_text("# nobody\n")
    (folder / "good.yaml").write_text("salt: abcdefgh\nlanes: [v2]\nrules:\n  - {id: ramp, lane: v2, percent: 5}\n")
    (folder / "bad.yaml").write_text("salt: abcdefgh\nlanes: [v2]\nrules:\n  - {id: ramp, lane: v1, percent: 5}\n")
    (folder / "template.yaml").write_text("Resources: {Table: {Type: AWS::Serverless::SimpleTable}}\n")
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("hello")
    (folder / "app.toml").write_text(
        'environment = "prod"\ntemplate = "template.yaml"\nlanes.v1.stack = "app"\n'
        'site = {folder = "site", documents = "spa"}\n'
    )


def succeed(grayctl: Grayctl, name: str, case: Case) -> None:
    """It does what it should, for people and for scripts."""
    text = grayctl(*name.split(), *case.text.split())
    assert text.code == case.code, text.err
    assert case.says in text.out + text.err, text.out + text.err
    assert "Traceback" not in text.err
    rest = case.text if case.json is None else case.json
    told = grayctl(*name.split(), *rest.split(), "--json")
    assert told.code == case.code, told.err


def fail(grayctl: Grayctl, name: str, mistake: Mistake) -> None:
    """It says what is wrong, in a few lines and as JSON."""
    arguments = [*name.split(), *mistake.line.split()]
    outcome = grayctl(*arguments)
    assert outcome.code == mistake.code, outcome.err
    assert mistake.says in outcome.err, outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.strip().splitlines()) <= 6
    told = FailureAnswer.model_validate_json(grayctl(*arguments, "--json").out).error
    assert told.exit_code == mistake.code
    assert told.message in outcome.err
