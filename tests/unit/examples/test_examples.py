"""The applications in examples/, without a stack: as they were, and as their patches make them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.project.pages import ROOT
from tests.support.project.typist import Typist

from grayctl.attachment.cloudformation import as_cloudformation
from grayctl.attachment.plan import attachment
from grayctl.onboarding.examine import examine
from grayctl.onboarding.settings import NAME, read_settings
from grayctl.onboarding.template import parse_yaml, read_template

# What `grayctl doctor` finds before the patch.
PATCHED = {
    "multi-page-rest": [("blocks", "fixed-name-of-data", "Carts.TableName")],
    "node-http-api-spa": [],
}
REFUSED = {
    "function-url-ssr": [
        ("blocks", "rendered-pages", "Distribution.DefaultCacheBehavior"),
        ("warning", "streams", "NewsUrl"),
        ("warning", "only-read", "Distribution.DefaultCacheBehavior"),
    ]
}
EXAMPLES = {**PATCHED, **REFUSED}
MOST_LINES = 20
IDS = list(PATCHED)


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an example, as it was before Graylane."""
    return Path(shutil.copytree(ROOT / "examples" / request.param, tmp_path / request.param))


def applied(folder: Path, *patches: str) -> Path:
    for patch in patches:
        subprocess.run(["git", "apply", patch], cwd=folder, check=True, timeout=60)
    return folder


def changed(patch: Path) -> list[str]:
    """The lines that a patch adds or takes away."""
    return re.findall(r"(?m)^[+-](?!\+\+ |-- ).*", patch.read_text(encoding="utf-8"))


def behaviors(template: Any) -> dict[str, Any]:
    """The functions of each behavior of the distribution, by its path pattern."""
    config = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    every = [{"PathPattern": "*", **config["DefaultCacheBehavior"]}, *config["CacheBehaviors"]]
    return {each["PathPattern"]: each.get("FunctionAssociations") for each in every}


def test_every_example_is_tried_and_listed() -> None:
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/template.yaml")}
    assert folders == EXAMPLES.keys()
    assert {path.parent.name for path in (ROOT / "examples").glob("*/graylane.patch")} == PATCHED.keys()
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}/README.md)" in listed for name in folders)


def test_every_template_is_valid_before_and_after(tmp_path: Path) -> None:
    folders = [Path(shutil.copytree(ROOT / "examples" / name, tmp_path / name)) for name in EXAMPLES]
    before = [shutil.copy(folder / "template.yaml", folder / "before.yaml") for folder in folders]
    after = [applied(folder, "graylane.patch") / "template.yaml" for folder in folders if folder.name in PATCHED]
    linter = str(ROOT / ".tools" / "sam" / "bin" / "cfn-lint")  # what `sam validate --lint` runs, once for all of them
    subprocess.run([linter, "--regions", "us-east-1", "--", *before, *after], check=True, timeout=240)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_doctor_finds_what_stands_in_the_way(name: str) -> None:
    found = examine(read_template(ROOT / "examples" / name / "template.yaml"))
    assert [(one.level, one.code, one.where) for one in found] == EXAMPLES[name]


@pytest.mark.parametrize("folder", IDS, indirect=True)
def test_the_patch_leaves_nothing_in_the_way(folder: Path) -> None:
    patched = read_template(applied(folder, "graylane.patch") / "template.yaml")
    assert examine(patched) == []


@pytest.mark.parametrize("folder", IDS, indirect=True)
def test_the_patch_is_short_and_knows_no_release(folder: Path) -> None:
    assert 0 < len(changed(folder / "graylane.patch")) <= MOST_LINES
    released = applied(folder, "v2.patch", "graylane.patch")  # in the other order too
    assert examine(read_template(released / "template.yaml")) == []


@pytest.mark.parametrize("folder", IDS, indirect=True)
def test_what_the_readme_says_to_type_leads_to_settings_that_fit_the_patch(folder: Path) -> None:
    assert set(behaviors(read_template(folder / "template.yaml")).values()) == {None}
    assert [wrong for wrong in Typist(folder).problems(folder / "README.md") if wrong] == []
    settings, patched = read_settings(folder / NAME), read_template(folder / "template.yaml")

    printed = parse_yaml(as_cloudformation(attachment(settings)), "printed")
    assert behaviors(printed) == behaviors(patched)

    stable = settings.lanes["v1"].stack
    assert f'stack_name = "{stable}"' in (folder / "samconfig.toml").read_text(encoding="utf-8")
    assert patched["Conditions"] == {"IsStable": {"Fn::Equals": [{"Ref": "Lane"}, "v1"]}}
    assert patched["Parameters"]["Lane"]["Default"] == "v1"  # `sam deploy` goes on to deploy stable
    assert settings.lanes["v2"].stack != stable
