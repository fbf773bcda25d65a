"""The application of a folder with a graylane.toml on the local stack: by the commands that its owner types for AWS."""

import mimetypes
import sys
from collections.abc import Mapping
from pathlib import Path

from gray.lanes.registration import STABLE
from grayctl.errors import GrayctlError
from grayctl.onboarding.settings import NAME, Settings, read_settings
from graylocal.aws.emulator import client_environment
from graylocal.errors import LocalStackError
from graylocal.stack import Advance, LocalStack

__all__ = ["bring_up", "settings_of"]


def settings_of(folder: Path) -> Settings:
    """What graylane.toml says. Raises LocalStackError if it is not right."""
    try:
        return read_settings(folder / NAME)
    except GrayctlError as error:
        raise LocalStackError(str(error), error.remedy) from error


def bring_up(stack: LocalStack, folder: Path, settings: Settings, advance: Advance) -> None:
    """Platform and lanes deployed, their files uploaded, everybody stable, the distribution served.

    An existing distribution is the one in stable's stack: it takes the platform's functions, so it comes after them,
    and the platform is told of it. Raises LocalStackError.
    """
    grayctl = _Commands(stack, folder, advance)
    attached = settings.platform.parameters.get("CreateDistribution") == "false"
    told: Mapping[str, str] = {}
    if attached:
        grayctl.run("platform", "deploy", "--yes")
    grayctl.run("lane", "deploy", "--lane", STABLE, "--yes")
    if attached:
        told = _existing(stack, settings.lanes[STABLE].stack)
    grayctl.run("platform", "deploy", "--yes", *(f"--parameter={name}={value}" for name, value in told.items()))
    for lane in sorted(settings.lanes):
        if lane != STABLE:
            grayctl.run("lane", "deploy", "--lane", lane, "--yes")
        if settings.site and lane == STABLE and told.get("ExistingBucket"):
            _put(stack, told["ExistingBucket"], folder / settings.site.folder)
        elif settings.site:
            site = ("--lane", lane, "--documents", settings.site.documents, "--config-env", settings.environment)
            grayctl.run("site", "upload", settings.site.folder, *site)
    stack.first_release()
    stack.serve(told.get("ExistingDistribution", ""))
    stack.published(warm=False)


def _existing(stack: LocalStack, stable: str) -> Mapping[str, str]:
    """The distribution of stable's stack, and its bucket. Raises LocalStackError unless it is one."""
    there = stack.client("cloudformation").describe_stack_resources(StackName=stable)["StackResources"]
    found = {
        parameter: [one["PhysicalResourceId"] for one in there if one["ResourceType"] == kind]
        for parameter, kind in (
            ("ExistingDistribution", "AWS::CloudFront::Distribution"),
            ("ExistingBucket", "AWS::S3::Bucket"),
        )
    }
    if len(found["ExistingDistribution"]) != 1:
        raise LocalStackError(
            f"stack {stable} has {len(found['ExistingDistribution'])} distributions, and one is to be served",
            'Let the platform make one: leave out CreateDistribution = "false" in graylane.toml.',
        )
    return {parameter: ids[0] for parameter, ids in found.items() if len(ids) == 1}


def _put(stack: LocalStack, bucket: str, site: Path) -> None:
    """Stable's files at the root of its own bucket, as the application's owner puts them there."""
    for path in sorted(each for each in site.rglob("*") if each.is_file()):
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        key = path.relative_to(site).as_posix()
        stack.client("s3").put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=kind)


class _Commands:
    """`grayctl` in the application's folder, against the local stack; what it says goes to a log."""

    def __init__(self, stack: LocalStack, folder: Path, advance: Advance) -> None:
        self._stack, self._folder, self._advance = stack, folder, advance
        self._variables = {**client_environment(stack.ports), "SAM_CLI_POLL_DELAY": "0.3", "SAM_CLI_TELEMETRY": "0"}
        del self._variables["PYTHONPATH"]  # SAM CLI has a Python of its own

    def run(self, *arguments: str) -> None:
        said = " ".join(("grayctl", *arguments))
        self._advance(said.removesuffix(" --yes"))
        log = self._stack.places.logs / f"{'-'.join(each for each in arguments if each[:1] not in '-/')[:60]}.log"
        command = [sys.executable, "-m", "grayctl", *arguments]
        if self._stack.processes.run(command, self._variables, self._folder, log):
            lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
            telling = [line for line in lines if line.startswith(("grayctl:", "Error")) or "CREATE_FAILED" in line]
            raise LocalStackError(f"`{said}` failed: {(telling or lines or ['no output'])[0]}", f"See {log}")
