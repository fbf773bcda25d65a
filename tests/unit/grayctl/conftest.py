"""Fixtures of the command line's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from tests.unit.grayctl.grayctl_stack import SAMCONFIG, Grayctl, Outcome, Stack, deployed

from grayctl.cli import run


@pytest.fixture
def grayctl(capsys: pytest.CaptureFixture[str]) -> Grayctl:
    """Run one command line as the shell does; the environment is `test` unless named."""

    def command(*arguments: str) -> Outcome:
        named = arguments if "--config-env" in arguments else (*arguments, "--config-env", "test")
        capsys.readouterr()
        code = run(named)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a samconfig.toml, as the working directory; nobody's AWS settings reach in."""
    (tmp_path / "samconfig.toml").write_text(SAMCONFIG)
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN", "GRAYCTL_CONFIG_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("GRAYCTL_AUTHOR", "ada@example.org")
    return tmp_path


@pytest.fixture
def stack(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """graylane-test, deployed, without any release; the stream is followed."""
    with mock_aws():
        yield from deployed(project, monkeypatch)
