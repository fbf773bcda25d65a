"""What the generated pages are made from says enough."""

import json
import re
from pathlib import Path
from textwrap import indent

import pytest
from tests.support.project.pages import ROOT, blocks

from generate.reference.__main__ import stale
from generate.reference.cli_reference import commands
from generate.reference.reasons import PUBLICATIONS, REASONS
from generate.reference.template_reference import LANE, PLATFORM, alarm_topic, alarms, read_template
from gray.publish.records import publication_log
from gray.release import document
from gray.release.validation.release_problems import ReleaseProblem
from gray.release.validation.value_problems import ValueProblem
from grayctl import errors

RUNBOOKS = ROOT / "docs" / "runbooks"
# For a task, not for an alarm.
TASKS = {"rebuild-the-edge"}


def test_a_page_that_differs_is_stale(tmp_path: Path) -> None:
    there = tmp_path / "there.md"
    there.write_text("old")
    assert stale({there: "new", tmp_path / "missing.md": "x"}) == [there, tmp_path / "missing.md"]
    assert stale({there: "old"}) == []


def test_each_command_has_a_sentence_and_an_example_of_itself() -> None:
    for name, command in commands():
        text, _, example = (command.help or "").partition("Example: ")
        assert text.strip().split("\n")[0].endswith("."), f"{name}: its first line is no sentence"
        assert name in example, f"{name}: its example is {example!r}"


def test_each_option_says_what_it_is() -> None:
    silent = [f"{name} {one.name}" for name, command in commands() for one in command.params if not _help(one)]
    assert silent == []


def _help(parameter: object) -> str:
    return getattr(parameter, "help", None) or ("-" if getattr(parameter, "name", "") == "help" else "")


@pytest.mark.parametrize("path", [PLATFORM, LANE], ids=lambda path: path.stem)
def test_each_parameter_and_output_of_a_template_is_described(path: Path) -> None:
    template = read_template(path)
    for name, one in {**template["Parameters"], **template["Outputs"]}.items():
        assert len(one.get("Description", "")) > 10, f"{name} has no description"


def test_each_alarm_has_a_runbook_and_each_runbook_an_alarm() -> None:
    topics = {alarm_topic(name) for path in (PLATFORM, LANE) for name in alarms(read_template(path))}
    assert topics | TASKS == {path.stem for path in RUNBOOKS.glob("*.md")}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_names_its_alarm_and_says_what_to_do(path: Path) -> None:
    text = path.read_text()
    assert path.stem in TASKS or path.stem in text.splitlines()[0], "its title does not name the alarm"
    assert "grayctl" in text or "## Do" in text, "it says nothing to do"


def test_each_reason_of_the_edge_is_told() -> None:
    assert set(REASONS) == document.REASONS


def test_the_edge_gives_no_reason_that_is_not_known() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src" / "edge").glob("*.js"))
    decided = source[source.index("function beforeRules") :]
    before = re.findall(r"return [^;]*'([a-z-]+)'", decided[: decided.index("\n}")])
    names = {*before, *re.findall(r"(?:doubt|reason) = '([a-z-]+)'", source), *re.findall(r"'(pin|sticky)'", source)}
    assert {"killed", "behind", "list-missing", "sticky", "pin-lost", "partial", "default", "no-id"} <= names
    assert names <= set(REASONS)


def test_each_end_of_a_publication_is_told() -> None:
    known = {
        publication_log.RUNNING,
        publication_log.PUBLISHED,
        publication_log.SKIPPED,
        publication_log.SUPERSEDED,
        publication_log.FAILED,
        publication_log.REFUSED,
    }
    assert set(PUBLICATIONS) == known


def test_each_exit_code_is_told_in_the_reference_and_in_the_help() -> None:
    text = (ROOT / "docs" / "reference" / "errors.md").read_text()
    from grayctl.cli import EPILOG

    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert len(codes) == 8
    for code in codes:
        assert f"| {code} |" in text
        assert re.search(rf"\b{code} \w", EPILOG)


def test_each_declared_problem_is_found_by_the_validation() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src" / "gray").rglob("*.py"))
    assert [one.code for one in (*ValueProblem, *ReleaseProblem) if f"Problem.{one.name}" not in source] == []


def test_the_release_refuses_nothing_that_is_not_declared() -> None:
    sources = {path: path.read_text() for path in (ROOT / "src" / "gray" / "release").rglob("*.py")}
    loose = [str(path) for path, text in sources.items() if re.search(r"raise (ValueError|ListError)\(\s*f?\"", text)]
    built = [str(path) for path, text in sources.items() if re.search(r"\bProblem\(\s*f?\"", text)]
    assert loose + built == []


def test_the_alarm_that_withdraws_an_application_is_the_examples(tmp_path: Path) -> None:
    (shown,) = (one for one in blocks(ROOT / "docs" / "your-application.md") if "WithdrawErrorsAlarm" in one.text)
    (tmp_path / "shop.yaml").write_text(f"Resources:\n{indent(shown.text, '  ')}", encoding="utf-8")
    told, ours = (
        read_template(path)["Resources"]["WithdrawErrorsAlarm"]["Properties"] for path in (tmp_path / "shop.yaml", LANE)
    )
    ours = json.loads(json.dumps(ours).replace("${Environment}", "shop").replace('{"Ref": "Environment"}', '"shop"'))
    assert {**told, "AlarmDescription": ours["AlarmDescription"]} == ours
