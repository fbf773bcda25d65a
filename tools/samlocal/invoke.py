"""`sam local invoke` of the built functions, led to the local stack."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graylocal.aws.emulator import clean_environment
from graylocal.system.places import REPOSITORY, interpreter
from samlocal.cases import Case, event
from samlocal.deployed import Function
from samlocal.rie import BUILD

__all__ = ["SamLocal", "local_template"]

HOST = "host.docker.internal"
_SAM = interpreter("sam").parent / "sam"


def local_template(functions: Mapping[str, Function], variables: Mapping[str, str]) -> str:
    """The built template, functions only, with each one's deployed variables and these.

    The template of the repository names no endpoint, and must not: so a copy does.
    """
    built = json.loads((BUILD / "template.yaml").read_text())
    resources = {}
    for name, resource in built["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        known = functions[name]
        properties = {key: resource["Properties"][key] for key in ("Handler", "CodeUri")}
        properties |= {"CodeUri": str(BUILD / properties["CodeUri"]), "FunctionName": known.name}
        properties |= {"Runtime": "python3.13", "Timeout": known.timeout, "MemorySize": known.memory}
        properties["Environment"] = {"Variables": {**known.variables, **variables}}
        resources[name] = {"Type": resource["Type"], "Properties": properties}
    return json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})


@dataclass(frozen=True)
class SamLocal:
    """How to invoke: a folder with `template.yaml`, what `docker` needs, the functions' own variables, this machine's
    address for containers."""

    folder: Path
    docker: Mapping[str, str]
    variables: Mapping[str, str]
    address: str
    account: str

    def invoke(self, case: Case, environment: str, seconds: float = 180) -> Any:
        """The answer of a case's function; `{"errorMessage": ...}` also where SAM CLI itself failed."""
        sample = self.folder / case.file
        sample.write_text(json.dumps(event(case, environment)))
        # SAM CLI's own AWS_ENDPOINT_URL would overrule the template's in the container, but not this file's.
        own = self.folder / "variables.json"
        own.write_text(json.dumps({"Parameters": dict(self.variables)}))
        # The KeyValueStore's endpoint has the account before the host name.
        hosts = [f"{HOST}:{self.address}", f"{self.account}.{HOST}:{self.address}"]
        command = [str(_SAM), "local", "invoke", case.function, "--event", str(sample), "--skip-pull-image"]
        command += ["--template", str(self.folder / "template.yaml"), "--env-vars", str(own)]
        command += [part for host in hosts for part in ("--add-host", host)]
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env={**clean_environment(), **self._sam_environment()},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        # Standard error has the function's log, and at times a complaint of the runtime about being stopped.
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        if not lines:
            said = done.stderr.strip().splitlines()
            return {"errorMessage": f"sam local invoke exited {done.returncode}: {said[-1] if said else ''}"}
        return json.loads(lines[-1])

    def _sam_environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in self.docker.items() if name.startswith("DOCKER_")},
            "SAM_CLI_TELEMETRY": "0",
            # SAM asks for somebody to be; without this it waits for services that are not there.
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.docker["AWS_ENDPOINT_URL"],
        }
