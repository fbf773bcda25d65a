"""A local stack as a library: `with LocalStack("test") as stack: ...`; several can run side by side."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import httpx

from delivery.artifacts.parameters import build_of, stacks_of
from delivery.order_desk import first_calls, site_folder
from delivery.stacks.stable import stable_values
from graylocal.aws import deploy, emulator
from graylocal.errors import LocalStackError
from graylocal.system import free_ports
from graylocal.system.certificate import certificate
from graylocal.system.places import REGION, REPOSITORY, Places, Ports, local_target, own_interpreter, places
from graylocal.system.processes import Processes

type Advance = Callable[[str], None]

_TOOLS = REPOSITORY / "tools"


def _quiet(step: str) -> None:
    """Ignore progress."""


class LocalStack:
    """MiniStack, its companion services, and CloudFront's data plane, on their own ports.

    `time_scale` shortens the alarms' periods: 0.1 makes a period of 60 s last 6 s.
    """

    def __init__(
        self,
        environment: str,
        *,
        state: Path | None = None,
        ports: Ports | None = None,
        time_scale: float = 1.0,
        patches_off: Collection[str] = (),
        advance: Advance = _quiet,
    ) -> None:
        self.environment = environment
        self.ports = ports or free_ports.free()
        self.places: Places = places(state or REPOSITORY / ".graylane" / environment)
        self._time_scale, self._patches_off, self._advance = time_scale, tuple(patches_off), advance
        self.processes = Processes(self.places.processes, self.places.logs, self.places.scratch)
        self._session = boto3.Session("test", "test", region_name=REGION)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The site, over http."""
        return f"http://localhost:{self.ports.site}"

    @property
    def tls_url(self) -> str:
        """The site, over https with the certificate at `certificate`."""
        return f"https://localhost:{self.ports.site_tls}"

    @property
    def control_url(self) -> str:
        """The edge's control port."""
        return f"http://127.0.0.1:{self.ports.control}"

    @property
    def endpoint(self) -> str:
        """The emulator."""
        return f"http://localhost:{self.ports.gateway}"

    @property
    def certificate(self) -> Path:
        """The certificate of the https listener."""
        return self.places.state / "localhost.crt"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def client(self, service: Any) -> Any:
        """The root user's client of one service; `xray` uses the trace store, the rest the emulator.

        One per service, for all threads: creating one takes longer than most calls.
        """
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def _new_client(self, service: Any) -> Any:
        endpoint = f"http://127.0.0.1:{self.ports.traces}" if service == "xray" else self.endpoint
        client = self._session.client(service, endpoint_url=endpoint)
        if service == "cloudfront-keyvaluestore":
            from graylocal.cloudfront.functions.store import reach_local_hosts

            reach_local_hosts(client)
        return client

    def environment_variables(self) -> dict[str, str]:
        """The environment variables that make a program, such as `grayctl`, use this stack as AWS."""
        return emulator.client_environment(self.ports)

    def start(self) -> None:
        """Start the emulator and its companion services. Raises LocalStackError."""
        self._advance("Starting the AWS emulator")
        try:
            variables = emulator.emulator_environment(self.places, self.ports, self._patches_off)
            emulator.start(self.processes, self.places, variables, self.ports)
            self._start_observers()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop every process, and delete the scratch files."""
        self.processes.stop_all()
        while self._clients:
            self._clients.popitem()[1].close()
        self.places.target.unlink(missing_ok=True)
        shutil.rmtree(self.places.sam, ignore_errors=True)
        shutil.rmtree(self.places.scratch, ignore_errors=True)

    def deploy(self, environment: str | None = None, **parameters: str) -> None:
        """`sam build` if something has changed, and `sam deploy` of each stack of ENV. Raises LocalStackError.

        `parameters` (of the templates) override samconfig.toml.
        """
        environment = environment or self.environment
        self._build(environment)
        for name in stacks_of(REPOSITORY, environment):
            self._deploy(name, "", parameters)

    def deploy_one(self, name: str, *, stack: str = "", **parameters: str) -> None:
        """As `deploy`, one stack of samconfig.toml; also under another name."""
        self._build(name)
        self._deploy(name, stack, parameters)

    def _build(self, environment: str) -> None:
        self._advance("Building the functions (sam build)")
        deploy.build(self.processes, environment, self.places.logs / "build.log")

    def _deploy(self, name: str, stack: str, parameters: Mapping[str, str]) -> None:
        template = build_of(REPOSITORY, name, {}).template
        self._advance(f"Deploying {template} (sam deploy --config-env {name})")
        stable = stable_values(self.client("ssm"), self.environment, REGION)  # a lane's template has none of these
        log = self.places.logs / f"deploy-{stack or name}.log"
        deploy.deploy(self.processes, name, self.ports, log, stack=stack, parameters={**stable, **parameters})

    def outputs(self, stack: str | None = None) -> dict[str, str]:
        """The outputs of a deployed stack."""
        return deploy.outputs(self.client("cloudformation"), stack or f"graylane-{self.environment}")

    def upload(self, lane: str, source: str = "") -> None:
        """Upload the order desk's site of a lane, or another one (`source`), to this environment's bucket."""
        from grayctl.actions.site.place import SitePlace
        from grayctl.actions.site.source import build_site
        from grayctl.actions.site.upload import plan_upload, upload_site

        folder = site_folder(REPOSITORY, source or lane)
        self._advance(f"Uploading {folder.relative_to(REPOSITORY)}")
        prefix = f"/gray/{self.environment}"
        place = SitePlace(self.client("s3"), self.client("ssm"), self.outputs()["SiteBucket"], prefix)
        upload_site(plan_upload(build_site(folder, lane), place), place)

    def first_release(self) -> None:
        """Save revision 1, everybody stable, if there is no revision yet."""
        from gray.history.revisions import Revisions
        from gray.release.document import Release
        from grayctl.document.edits import new_document

        self._advance("Saving revision 1: everybody stable")
        revisions = Revisions(self.client("dynamodb"), self.outputs()["ConfigTable"])
        if revisions.head() is None:
            release = Release.model_validate(new_document())
            revisions.save(release, author="graylocal", reason="first revision", via="graylocal", base=None)

    def published(self, seconds: float = 30, *, warm: bool = True) -> None:
        """Wait until the sync function has published the newest revision. Raises LocalStackError.

        `warm` starts the example's functions before.
        """
        from gray.history.revisions import Revisions

        if warm:
            self._start_apis()
        self._advance("Waiting for the sync function to publish it")
        head = Revisions(self.client("dynamodb"), self.outputs()["ConfigTable"]).head()
        deadline = time.monotonic() + seconds
        while head is not None and self._published_revision() < head.revision:
            if time.monotonic() > deadline:
                log = self.places.logs / "emulator.log"
                raise LocalStackError("the sync function did not publish the first revision", f"See {log}")
            time.sleep(0.1)

    def _start_apis(self) -> None:
        """Start the functions behind the APIs: on a busy machine their cold starts exceed each other's timeouts."""
        self._advance("Starting the lanes' APIs")
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        names = [each["FunctionName"] for page in pages for each in page["Functions"]]
        asked = first_calls(REPOSITORY, self.environment, names)
        with ThreadPoolExecutor(len(asked) or 1) as pool:
            list(pool.map(lambda each: self._invoke(*each), asked))

    def _invoke(self, function: str, event: Any) -> None:
        self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))

    def _published_revision(self) -> int:
        ssm = self.client("ssm")
        try:
            current = json.loads(ssm.get_parameter(Name=f"/gray/{self.environment}/current")["Parameter"]["Value"])
        except (ssm.exceptions.ParameterNotFound, ValueError):
            return 0
        return int(current.get("revision") or 0)

    def serve(self, distribution: str = "") -> None:
        """Serve a distribution, by default the platform's, and wait until it answers. Raises LocalStackError."""
        self._advance("Starting the local edge")
        chain, key = certificate(self.places.state)
        settings = {
            "distribution": distribution or self.outputs()["DistributionId"],
            "emulator_port": self.ports.gateway,
            "port": self.ports.site,
            "tls_port": self.ports.site_tls,
            "control_port": self.ports.control,
            "certificate": str(chain),
            "key": str(key),
        }
        self._start_module("edge", "graylocal.cloudfront", settings)
        self.processes.wait_until("edge", self._serves, 60)
        self.places.target.write_text(local_target(self.environment, f"graylane-{self.environment}", self.ports))

    def simulate(self, **simulation: Any) -> None:
        """Set the edge's simulation, e.g. `everywhere={"lag": 5}`; without arguments, reset it."""
        httpx.put(f"{self.control_url}/simulation", json=simulation, trust_env=False).raise_for_status()

    def _serves(self) -> bool:
        control = emulator.answers(f"{self.control_url}/health")
        try:
            return control and httpx.get(self.url, timeout=5, trust_env=False).status_code > 0
        except httpx.HTTPError:
            return False

    def _start_observers(self) -> None:
        settings = {
            "emulator_port": self.ports.gateway,
            "port": self.ports.traces,
            "udp_port": self.ports.traces_udp,
            "time_scale": self._time_scale,
        }
        self._start_module("observe", "graylocal.observe", settings)
        self.processes.wait_until(
            "observe", lambda: emulator.answers(f"http://127.0.0.1:{self.ports.traces}/health"), 60
        )

    def _start_module(self, name: str, module: str, settings: dict[str, Any]) -> None:
        file = self.places.state / f"{name}.json"
        file.write_text(json.dumps(settings))
        variables = emulator.client_environment(self.ports)
        for variable in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_XRAY"):
            del variables[variable]
        variables["PYTHONPATH"] = str(_TOOLS)
        self.processes.start(name, [str(own_interpreter()), "-m", module, str(file)], variables, REPOSITORY)

    def describe(self) -> dict[str, Any]:
        """Ports and folders, for display."""
        return {"url": self.url, "logs": str(self.places.logs), "ports": asdict(self.ports)}
