"""`grayctl platform deploy|destroy`: what would be deployed, what is refused before, and what is left where."""

import tomllib

import pytest
from tests.support.grayctl.application import REGION, SETTINGS, write_application
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.support.release.registrations import registration_text, rest_api

from delivery.application.folder import FOLDER, parameters, write_platform
from delivery.artifacts.parameters import build_of, overrides, stacks_of
from delivery.commands import ROOT
from grayctl.cli import run
from grayctl.errors import EXIT_NEGATIVE, EXIT_USAGE
from grayctl.onboarding.settings import read_settings

ORIGIN = '[[origins]]\nid="{0}"\nkind="http-api"\nresource="Api"\nbehaviors={1}\n'


@pytest.fixture
def shop(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """An application in front of which there is a platform, which a deployment does not find to be another one."""
    monkeypatch.setenv("AWS_REGION", REGION)
    write_application(stack.root)
    return stack


def would_be(grayctl: Grayctl, *more: str) -> dict[str, str]:
    done = grayctl("platform", "deploy", "--dry-run", "--json", *more)
    assert done.code == 0, done.err
    return dict(done.json["parameters"])


def test_the_platform_has_what_the_application_and_stable_say(shop: Stack, grayctl: Grayctl) -> None:
    write_application(shop.root, SETTINGS + ORIGIN.format("notes", '["/notes/*", "/n"]') + PLATFORM)

    assert would_be(grayctl, "--parameter", "AlarmEmail=a@shop.example") == {
        "Environment": "test",
        "ApiPath": "/cart*",
        "SecondApiPath": "/notes/*",
        "ThirdApiPath": "/n",
        "StableHost": "stable1.execute-api.us-east-1.amazonaws.com",
        "StablePath": "/live",
        "StableFunction": "f-v1",
        "StableUsagePlan": "planstable1",
        "LogRetentionDays": "7",
        "AlarmEmail": "a@shop.example",
    }


def test_the_environment_is_that_of_the_folder_unless_it_is_named(
    shop: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAYCTL_CONFIG_ENV", raising=False)
    # Given the application's own samconfig.toml, as every SAM application has one
    (shop.root / "samconfig.toml").write_text('[default.deploy.parameters]\nstack_name = "shop"\n', encoding="utf-8")

    assert grayctl("lane", "list", "--json").code == 0
    other = grayctl("lane", "list", "--config-env", "default")
    assert other.code == EXIT_USAGE
    assert "graylane.toml is of environment 'test', not 'default'" in other.err
    assert grayctl("kill", "-m", "nothing works", "--dry-run").code == 0


@pytest.mark.parametrize("text", ["", "environment = 5\n"])
def test_a_kill_goes_on_where_graylane_toml_names_no_environment(
    stack: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (stack.root / "graylane.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GRAYCTL_CONFIG_ENV", "test")

    assert grayctl("kill", "-m", "nothing works", "--dry-run").code == 0


PLATFORM = '[platform]\nparameters = {LogRetentionDays = "7"}\n'
ATTACHED = '[platform]\nparameters = {CreateDistribution = "false", ExistingBucket = "shop"}\n'


def test_an_existing_distribution_keeps_its_behaviors(shop: Stack, grayctl: Grayctl) -> None:
    patterns = '["*", "/1", "/2", "/3", "/4"]'
    write_application(shop.root, SETTINGS + ORIGIN.format("notes", patterns) + ATTACHED)

    told = {name: value for name, value in would_be(grayctl).items() if name.endswith("ApiPath")}
    assert told == {"ApiPath": "/cart*", "SecondApiPath": "/1", "ThirdApiPath": "/2", "FourthApiPath": "/3"}


def test_what_is_deployed_is_in_a_folder_of_the_application(shop: Stack) -> None:
    """With all that `sam build` and `sam deploy` read, and their settings."""
    settings = read_settings(shop.root / "graylane.toml")
    folder = write_platform(shop.root, "test", parameters(settings), REGION)

    assert folder == shop.root / FOLDER
    assert stacks_of(folder, "test") == ["test"]
    assert "ApiPath=/cart*" in overrides(folder, "test")
    assert build_of(folder, "test", {}).template == "template.yaml"
    assert tomllib.loads((folder / "samconfig.toml").read_text())["test"]["global"]["parameters"]["region"] == REGION
    for name in ("template.yaml", "src/edge/build/response.json", "src/gray/pyproject.toml", "src/sync/app.py"):
        assert (folder / name).read_bytes() == (ROOT / name).read_bytes()
    for line in (folder / "src/sync/requirements.txt").read_text().splitlines():
        assert not line.startswith(".") or (folder / line).is_dir()
    assert (shop.root / ".graylane" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("settings", "line", "code", "says"),
    [
        (SETTINGS + ORIGIN.format("a", '["/1", "/2", "/3", "/4"]'), "", EXIT_NEGATIVE, "have 5 path patterns"),
        (SETTINGS + ORIGIN.format("a", '["*"]'), "", EXIT_NEGATIVE, "has the default behavior *"),
        (SETTINGS + '[platform]\nparameters = {Environment = "prod"}\n', "", EXIT_NEGATIVE, "has another Environment"),
        (SETTINGS + "[platform]\nparameters = {LogRetentionDays = 7}\n", "", EXIT_USAGE, "should be a valid string"),
        (SETTINGS, "--parameter LogRetentionDays", EXIT_NEGATIVE, "'LogRetentionDays' is not a parameter"),
        (SETTINGS, "--env prod", EXIT_USAGE, "graylane.toml is of environment test, not prod"),
        (None, "", EXIT_USAGE, "no environment is named, and there is no graylane.toml"),
    ],
)
def test_what_cannot_be_deployed_is_one_line(
    shop: Stack,
    capsys: pytest.CaptureFixture[str],
    settings: str | None,
    line: str,
    code: int,
    says: str,
) -> None:
    write_application(shop.root, settings or SETTINGS)
    if settings is None:
        (shop.root / "graylane.toml").unlink()
    given = line.split() if "--env" in line or settings is None else [*line.split(), "--env", "test"]

    done = run(["platform", "deploy", "--dry-run", *given])

    captured = capsys.readouterr()
    assert done == code, captured.out
    assert says in captured.err
    assert not (shop.root / FOLDER).exists()


def test_stable_with_two_origins_is_not_put_behind_the_platforms_own_distribution(
    shop: Stack, grayctl: Grayctl
) -> None:
    one, other = rest_api("v1", "stable1", paths=["/a"]), rest_api("v1", "other1", paths=["/b"], id="other")
    text = registration_text("v1", one, other)
    shop.ssm.put_parameter(Name="/gray/test/lanes/v1", Value=text, Type="String", Overwrite=True)

    done = grayctl("platform", "deploy", "--dry-run")
    assert (done.code, "stable has 2 origins" in done.err) == (EXIT_NEGATIVE, True)
    write_application(shop.root, SETTINGS + ATTACHED)
    assert would_be(grayctl)["StableHost"].startswith("stable1.")


def test_a_platform_goes_with_stables_registration_once_no_gray_lane_needs_it(shop: Stack, grayctl: Grayctl) -> None:
    refused = grayctl("platform", "destroy", "--yes")
    assert refused.code == EXIT_NEGATIVE
    assert "the stack of lane v2 still exists" in refused.err
    assert "grayctl lane remove --lane v2" in refused.err

    assert grayctl("lane", "remove", "--lane", "v2").code == 0
    assert grayctl("platform", "destroy", "--dry-run").code == 0
    assert left(shop)
    done = grayctl("platform", "destroy", "--yes", "--json")

    assert done.code == 0, done.err
    assert done.json == {"environment": "test", "stack": "graylane-test", "dry_run": False}
    assert left(shop) == []


def left(shop: Stack) -> list[str]:
    found = shop.ssm.get_parameters_by_path(Path="/gray/test", Recursive=True)["Parameters"]
    return [one["Name"] for one in found]
