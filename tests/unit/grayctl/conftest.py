"""Fixtures of the command line's tests."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from tests.support.aws.serving import serving
from tests.support.aws.store_server import ACTIVE, store_handler
from tests.support.aws.strict_store import StrictStore
from tests.support.grayctl.command_cases import STACKLESS
from tests.support.grayctl.grayctl_stack import SAMCONFIG, Grayctl, Outcome, Stack, deployed

from grayctl.cli import run
from grayctl.output.answer_model import FailureAnswer
from grayctl.output.answers import ANSWERS


@pytest.fixture
def grayctl(capsys: pytest.CaptureFixture[str]) -> Grayctl:
    """Run one command line as the shell does; the environment is `test` unless named."""

    def command(*arguments: str) -> Outcome:
        named = (
            arguments
            if " ".join(arguments).startswith(STACKLESS) or "--config-env" in arguments
            else (*arguments, "--config-env", "test")
        )
        capsys.readouterr()
        code = run(named)
        captured = capsys.readouterr()
        if "--json" in arguments:
            _is_as_promised(arguments, captured.out)
        return Outcome(code, captured.out, captured.err)

    return command


def _is_as_promised(arguments: tuple[str, ...], out: str) -> None:
    """What is printed for scripts is the command's answer, or says what went wrong; `watch` prints several."""
    name = next(name for length in (2, 1) if (name := " ".join(arguments[:length])) in ANSWERS)
    while out := out.lstrip():
        found, end = json.JSONDecoder().raw_decode(out)
        failed = isinstance(found, dict) and "error" in found
        (FailureAnswer if failed else ANSWERS[name]).model_validate_json(out[:end])
        out = out[end:]


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


@pytest.fixture
def store(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StrictStore]:
    """A KeyValueStore with an active release, at the address that AWS's clients are told."""
    store = StrictStore()
    store.tamper({"config": ACTIVE, "fence": "1"})
    with serving(store_handler(store)) as address:
        at_home = address.replace("127.0.0.1", "localhost")  # the account goes before the name
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE", at_home)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", address)
        yield store
