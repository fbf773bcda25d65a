"""The way in from an installed wheel: an application that nobody here knows, in a folder outside of the repository."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest
from tests.support.project.installed import install

from graylocal.system import free_ports
from graylocal.system.processes import started_at

pytestmark = [pytest.mark.own_stack, pytest.mark.long]

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Word: {Type: String, Default: one}}
Resources:
  Greetings:
    Type: AWS::Serverless::Api
    Properties: {StageName: Prod}
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: code/
      Environment: {Variables: {WORD: !Ref Word}}
      Events: {Get: {Type: Api, Properties: {Path: /hello, Method: get, RestApiId: !Ref Greetings}}}
"""
CODE = """
import os

def handler(event, context):
    return {"statusCode": 200, "body": os.environ["WORD"]}
"""


class Shop:
    """Somebody's folder, with the installed commands."""

    def __init__(self, folder: Path) -> None:
        self.commands = install(folder)
        self.folder = folder / "shop"
        self.ports = free_ports.free()
        for name, text in (("template.yaml", TEMPLATE), ("code/app.py", CODE), ("dist/index.html", "<title>shop")):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GRAY"))}
        self._variables = {**kept, "COLUMNS": "200"}

    def grayctl(self, *line: str) -> str:
        command = [str(self.commands / "grayctl"), *line]
        done = subprocess.run(
            command, cwd=self.folder, env=self._variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self) -> subprocess.Popen[bytes]:
        named = [
            f"--{'port' if name == 'site' else f'{name.replace("_", "-")}-port'}={port}"
            for name, port in asdict(self.ports).items()
        ]
        with (self.folder / "up.log").open("wb") as output:
            return subprocess.Popen(
                [str(self.commands / "graylocal"), "up", *named],
                cwd=self.folder,
                env=self._variables,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return (self.folder / "up.log").read_text(errors="replace")

    def get(self, path: str, page: httpx.Response | None = None) -> httpx.Response:
        """A browser's request; after a page, with its cookies, which browsers send to localhost without TLS too."""
        set_by_page = page.headers.get_list("set-cookie") if page else []
        sent = {"cookie": "; ".join(one.partition(";")[0] for one in set_by_page)} if set_by_page else {}
        return httpx.get(f"http://localhost:{self.ports.site}{path}", headers=sent, trust_env=False, timeout=30)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """graylocal up, of a folder that `grayctl init` has looked at; ended by Ctrl-C, with all that it started."""
    shop = Shop(tmp_path)
    shop.grayctl("init")
    settings = (shop.folder / "graylane.toml").read_text()
    two = settings.replace("[lanes.v2]\n", '[lanes.v2]\nparameters = {Word = "two"}\n')
    assert two != settings
    (shop.folder / "graylane.toml").write_text(two)
    running = shop.up()
    try:
        while "Graylane is up" not in shop.said:
            assert running.poll() is None, shop.said
            time.sleep(0.2)
        started = json.loads((shop.folder / ".graylane/local/processes.json").read_text())["processes"]
        yield shop
    finally:
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(60) == 0
    assert [one for one in started if started_at(one["pid"]) == one["started"]] == []


def test_an_application_is_released_and_taken_back(shop: Shop) -> None:
    assert shop.get("/hello").text == "one"
    assert "rest-api" in shop.grayctl("lane", "list", "-e", "prod")

    shop.grayctl("ramp", "100", "--yes", "-e", "prod")
    page = shop.get("/")
    assert page.headers["x-gray-version"] == "v2"
    assert shop.get("/hello", page).text == "two"

    shop.grayctl("kill", "-e", "prod")
    assert shop.get("/hello", page).text == "one"
    shop.grayctl("lane", "remove", "--lane", "v2")
    lanes = json.loads(shop.grayctl("lane", "list", "-e", "prod", "--json"))
    assert {one["lane"]: one["registered"] for one in lanes} == {"v1": True, "v2": False}  # until the next sync
