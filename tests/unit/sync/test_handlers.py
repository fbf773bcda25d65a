"""The functions as Lambda starts them: settings, handlers, and what a start imports."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.aws.config_table import make_config_table
from tests.support.control.world import World
from tests.support.control.world_services import ENVIRONMENT, EVENTS

from sync.settings import Settings


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(KeyError, match="CONFIG_TABLE"):
        Settings.read({name: value for name, value in ENVIRONMENT.items() if name != "CONFIG_TABLE"})


def test_the_handlers_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """On moto, with nothing saved yet: the functions load, log, count and answer."""
    from moto import mock_aws

    for name, value in {
        **ENVIRONMENT,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    context: Any = SimpleNamespace(
        function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:x", aws_request_id="r1"
    )
    with mock_aws():
        import boto3

        from sync import app

        make_config_table(boto3.client("dynamodb", region_name="eu-central-1"))
        assert app.scheduled({}, context)["status"] == "idle"
        assert app.stream({"Records": []}, context)["status"] == "idle"
        assert app.manual({"action": "nothing"}, context)["answers"][0]["status"] == "ignored"
        assert app.manual({"action": "publish", "id": "x"}, context)["answers"][0]["status"] == "skipped"


def test_an_idle_function_does_not_import_pydantic() -> None:
    """It costs a cold start 140 ms, and only a run that publishes a release needs it."""
    code = "import sync.app, sys; print([name for name in sys.modules if name.split('.')[0] == 'pydantic'])"
    environment = {"PATH": "", "PYTHONPATH": str(EVENTS.parent / "src"), "POWERTOOLS_TRACE_DISABLED": "true"}

    loaded = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


def test_a_kill_loads_neither_pydantic_nor_the_release() -> None:
    code = (
        "import sys, gray.publish.kill, gray.publish.kill_publisher;"
        "heavy = ('pydantic', 'gray.release.document', 'gray.edge.compile');"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    environment = {"PATH": "", "PYTHONPATH": str(EVENTS.parent / "src")}

    loaded = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
