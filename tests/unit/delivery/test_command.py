"""How `python -m delivery` ends when it cannot go on: one line, an exit code, never a traceback."""

import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.support.aws.serving import serving
from tests.support.grayctl.account import Account

from delivery.__main__ import main
from delivery.errors import DeliveryError
from delivery.local import refuse_while_local
from grayctl.errors import EXIT_NOT_CONFIRMED, EXIT_UNREACHABLE
from grayctl.stack.project import LOCAL_NOTE

# No environment of the repository's own samconfig.toml: what is not refused fails before anything is built.
SAMCONFIG = '[{0}.global.parameters]\nstack_name = "graylane-{0}"\nregion = "us-east-1"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder as the working directory; no credentials are to be found anywhere."""
    (tmp_path / "samconfig.toml").write_text(SAMCONFIG.format("prod") + SAMCONFIG.format("elsewhere"))
    monkeypatch.chdir(tmp_path)
    for name in ("PROFILE", "ENDPOINT_URL", "ROLE_ARN", "SESSION_TOKEN", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


@pytest.fixture
def expired() -> Iterator[str]:
    """The address of an AWS to which all credentials have expired."""

    class Expired(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"
            self.send_response(403)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with serving(Expired) as address:
        yield address


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", ["destroy", "verify"])
def test_without_credentials_it_says_where_to_get_them(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "prod"]) == EXIT_UNREACHABLE

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("graylane: no AWS credentials found. Sign in (aws sso login")


@pytest.mark.usefixtures("project")
def test_expired_credentials_are_told(
    expired: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("ENDPOINT_URL", expired), ("ACCESS_KEY_ID", "old"), ("SECRET_ACCESS_KEY", "old")):
        monkeypatch.setenv(f"AWS_{name}", value)

    assert main(["destroy", "prod"]) == EXIT_UNREACHABLE

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("graylane: the AWS credentials have expired. Sign in (aws sso login")


def test_a_question_that_nobody_can_answer_changes_nothing(
    project: Path, account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.deploy()
    monkeypatch.setattr("sys.stdin", io.StringIO())  # as </dev/null

    assert main(["destroy", "prod"]) == EXIT_NOT_CONFIRMED

    (line,) = capsys.readouterr().err.splitlines()
    assert line == "graylane: no answer, nothing was changed. Run it in a terminal."
    assert account.is_there("graylane-prod")


def note(project: Path, environment: str) -> None:
    """As `make up` leaves it while it runs."""
    path = project / LOCAL_NOTE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"config_env": environment, "endpoint": "http://localhost:1"}))


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_an_environment_that_runs_here_is_neither_deployed_nor_removed(
    command: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note(project, "elsewhere")

    assert main([command, "elsewhere", "--yes"]) == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("graylane: elsewhere is the local stack running here")
    assert "`.venv/bin/graylocal down`, use another ENV" in line


def test_another_environment_or_a_chosen_account_is_not_refused(project: Path) -> None:
    note(project, "elsewhere")

    refuse_while_local(project, "prod", {})
    refuse_while_local(project, "elsewhere", {"AWS_ENDPOINT_URL": "http://localhost:4566"})
    for name in ("elsewhere", "elsewhere-v1"):  # and the stack of a lane
        with pytest.raises(DeliveryError):
            refuse_while_local(project, name, {"AWS_DEFAULT_REGION": "us-east-1"})
