"""An environment that somebody else has deployed, on AWS or as a local stack of its own, for `make verify ENV=...`.

Offers what the cases marked `verify` ask of a LocalStack. The release that was there is put back in the end.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.stack.operator import Operator

from grayctl.stack.target import Target, discover

# A change of a real KeyValueStore takes up to a minute, and a location may waver between old and new meanwhile.
PATIENCE, STEADY = 180.0, 15.0
# What an operator does that the edge has to learn of.
CHANGES = {"apply", "kill", "ramp", "rebuild", "resume"}


class DeployedStack:
    """A deployed environment, found as `grayctl` finds it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.environment = target.environment
        self.url = target.site
        self.local = target.clients.emulator is not None

    def client(self, service: str) -> Any:
        """A client of one service, with the caller's own credentials."""
        clients = self._target.clients
        local = clients.local
        endpoint = None if local is None else local.xray_endpoint if service == "xray" else local.endpoint
        return clients.session.create_client(service, endpoint_url=endpoint)

    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return dict(self._target.outputs)

    def simulate(self, **simulation: Any) -> None:
        """A real network cannot be told how to behave."""
        assert not simulation


class PatientOperator(Operator):
    """An operator who goes on only when the edge that answers here has steadily followed."""

    def run(self, *arguments: str, check: bool = True) -> Any:
        """One command, then waits for the edge if it was to follow."""
        done = super().run(*arguments, check=check)
        if arguments[0] in CHANGES and not done.returncode:
            self._settle()
        return done

    def _settle(self) -> None:
        end, since = time.monotonic() + PATIENCE, time.monotonic()
        steady = 0.0 if self._local() else STEADY
        while True:
            status = self.json("status")
            edge = status["edge"]
            if edge["revision"] not in (None, status["revision"]) or not edge["reachable"]:
                since = time.monotonic()
                assert since < end, f"the edge has not followed: {status['findings']}"
            elif time.monotonic() - since >= steady:
                return
            time.sleep(0.5)

    def _local(self) -> bool:
        return discover(self.config_env, self.folder).clients.emulator is not None


@contextmanager
def release_kept(operator: Operator, folder: Path) -> Iterator[None]:
    """What is released before is released after; a killed or finished environment is killed or finished again."""
    before = operator.json("status")
    kept = folder / "release.yaml"
    if before["revision"]:
        operator.run("export", "--to", str(kept))
    try:
        yield
    finally:
        if before["revision"]:
            operator.run("resume", "--yes", check=False)  # a case may have ended killed
            operator.run("apply", str(kept), "--yes", "-m", "as before the verification", check=False)
            if before["state"] in ("killed", "finished"):
                operator.run("kill", "-m", "as before the verification", check=False)


def deployed(config_env: str, root: Path) -> DeployedStack:
    """The environment of samconfig.toml. Raises grayctl's UnreachableError when it is not there."""
    return DeployedStack(discover(config_env, root))
