"""The stacks of samconfig.toml: which belong to one environment, how each is built, and its template's parameters."""

from __future__ import annotations

import json
import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.artifacts.errors import SettingsError

__all__ = [
    "LOCAL",
    "Build",
    "build_of",
    "local_architecture",
    "names",
    "overrides",
    "said_to_sam",
    "stack_name",
    "stacks_of",
]

# Changes for the local stack: functions run on this machine, the emulator uses plain HTTP and delivers no logs.
LOCAL = {"Architecture": "x86_64", "RequireTls": "off", "EdgeAccessLogs": "off"}
# What `sam build` resolves; stacks that agree in these share their artifacts.
_BUILT_BY = ("Architecture", "Code")


@dataclass(frozen=True)
class Build:
    """One run of `sam build`: of a template, into a folder below the root, with `Name=Value` parameters."""

    template: str
    folder: str
    parameters: tuple[str, ...]


def names(root: Path) -> list[str]:
    """Valid values of `--config-env`: one for each stack."""
    return [name for name in _config(root) if name != "version"]


def stacks_of(root: Path, environment: str) -> list[str]:
    """The stacks that are deployed as ENV=`environment`, in this order: the lanes named after a platform, and itself.

    Raises SettingsError if samconfig.toml lacks it.
    """
    _parameters(root, environment, "global")
    return [*(name for name in names(root) if name.startswith(f"{environment}-")), environment]


def stack_name(root: Path, name: str) -> str:
    """Name of the stack that `sam deploy --config-env NAME` creates."""
    return str(_parameters(root, name, "global")["stack_name"])


def build_of(root: Path, name: str, values: Mapping[str, str]) -> Build:
    """What `sam build --config-env NAME` does with these parameters."""
    settings = _parameters(root, name, "build")
    parameters = tuple(f"{each}={values[each]}" for each in _BUILT_BY if each in values)
    return Build(settings["template_file"], settings["build_dir"], parameters)


def overrides(root: Path, name: str, *, local: bool = False) -> list[str]:
    """`Name=Value` of every parameter of the stack, for `--parameter-overrides`.

    The command line replaces samconfig's whole list, so return the whole list.
    `local` adds what the local stack needs (`LOCAL`); SAM ignores a parameter that the template lacks.
    """
    values = dict(item.split("=", 1) for item in _parameters(root, name, "global")["parameter_overrides"])
    if local:
        values |= LOCAL | {"Architecture": local_architecture()}
    return [f"{name}={value}" for name, value in values.items()]


def said_to_sam(values: Mapping[str, str]) -> list[str]:
    """`Name=Value` as `--parameter-overrides` takes it: in quotes where it is empty, or a space would end it."""
    return [
        f"{name}={value}" if value and not set(value) & set(' "\\') else f"{name}={json.dumps(value)}"
        for name, value in values.items()
    ]


def local_architecture() -> str:
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def _config(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "samconfig.toml").read_text())


def _parameters(root: Path, name: str, command: str) -> dict[str, Any]:
    config = _config(root)
    if name not in config or name == "version":
        raise SettingsError(f"samconfig.toml has no environment {name!r}; it has {', '.join(names(root))}")
    parameters: dict[str, Any] = config[name][command]["parameters"]
    return parameters
