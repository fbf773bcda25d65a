"""The platform of somebody's application: its template and sources in a folder of theirs, with a samconfig.toml.

What is installed may belong to root, and `sam build` writes beside what it builds.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from delivery.commands import ROOT
from delivery.errors import DeliveryError
from grayctl.onboarding.settings import Settings

__all__ = ["FOLDER", "parameters", "write_platform"]

FOLDER = Path(".graylane/platform")
_SOURCES = ("dashboard", "edge", "gray", "sync", "watch")
_PATHS = ("ApiPath", "SecondApiPath", "ThirdApiPath", "FourthApiPath")
_SAMCONFIG = """\
# Written by `grayctl platform deploy` from graylane.toml.
version = 0.1

[{name}.global.parameters]
stack_name = "graylane-{name}"
{region}parameter_overrides = {overrides}

[{name}.build.parameters]
template_file = "template.yaml"
build_dir = ".aws-sam/platform"

[{name}.deploy.parameters]
template_file = ".aws-sam/platform/template.yaml"
capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
resolve_s3 = true
confirm_changeset = true
fail_on_empty_changeset = false
tags = ["application=graylane", "environment={name}"]
"""


def parameters(settings: Settings) -> dict[str, str]:
    """The template's parameters for an application. Raises DeliveryError where its own distribution would be needed."""
    given = {"Environment": settings.environment, **settings.platform.parameters}
    if given["Environment"] != settings.environment:
        raise DeliveryError("graylane.toml: platform.parameters has another Environment: leave it out there")
    patterns = [one for origin in settings.origins for one in origin.behaviors]
    if given.get("CreateDistribution") != "false":
        _refuse_other_behaviors(patterns)
    # Of an existing distribution as many as there is room for: `grayctl explain` tells the API from files by them.
    paths = dict(zip(_PATHS, [one for one in patterns if one != "*"], strict=False))
    return {**({"ApiPath": ""} if settings.origins else {}), **paths, **given}


def _refuse_other_behaviors(patterns: Sequence[str]) -> None:
    if "*" in patterns:
        raise DeliveryError(
            "an origin has the default behavior *, and the platform's own distribution has its bucket there: keep the "
            'application\'s distribution (platform.parameters.CreateDistribution = "false")'
        )
    if len(patterns) > len(_PATHS):
        raise DeliveryError(
            f"the origins have {len(patterns)} path patterns, and the platform's own distribution takes {len(_PATHS)}: "
            'keep the application\'s (platform.parameters.CreateDistribution = "false"), or join some of them'
        )


def write_platform(folder: Path, environment: str, values: Mapping[str, str], region: str | None) -> Path:
    """The folder to deploy from, below the application's: template and sources as installed, and a samconfig.toml."""
    place = folder.resolve() / FOLDER
    for name in _SOURCES:
        shutil.rmtree(place / "src" / name, ignore_errors=True)
        shutil.copytree(ROOT / "src" / name, place / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "template.yaml", place / "template.yaml")
    (place / ".tools").unlink(missing_ok=True)
    (place / ".tools").symlink_to(ROOT / ".tools")  # the pinned SAM CLI, where it is installed
    (folder / ".graylane" / ".gitignore").write_text("*\n", encoding="utf-8")
    (place / "samconfig.toml").write_text(
        _SAMCONFIG.format(
            name=environment,
            region=f"region = {json.dumps(region)}\n" if region else "",
            overrides=json.dumps([f"{name}={value}" for name, value in values.items()]),
        ),
        encoding="utf-8",
    )
    return place
