"""The template parameters of an environment, from samconfig.toml."""

from __future__ import annotations

import platform
import tomllib
from pathlib import Path
from typing import Any

from delivery.artifacts.errors import SettingsError

__all__ = ["LOCAL", "environments", "local_architecture", "overrides", "stack_name"]

# Changes for the local stack: functions run on this machine, the emulator uses plain HTTP and delivers no logs.
LOCAL = {"Architecture": "x86_64", "RequireTls": "off", "EdgeAccessLogs": "off"}


def environments(root: Path) -> list[str]:
    """Valid values of `--config-env`."""
    return [name for name in _config(root) if name != "version"]


def stack_name(root: Path, environment: str) -> str:
    """Name of the stack that `sam deploy --config-env ENVIRONMENT` creates."""
    return str(_settings(root, environment)["stack_name"])


def overrides(root: Path, environment: str, *, local: bool = False) -> list[str]:
    """`Name=Value` of every parameter of the environment, for `--parameter-overrides`.

    The command line replaces samconfig's whole list, so return the whole list.
    `local` adds what the local stack needs (`LOCAL`).
    """
    values = dict(item.split("=", 1) for item in _settings(root, environment)["parameter_overrides"])
    if local:
        values |= LOCAL | {"Architecture": local_architecture()}
    return [f"{name}={value}" for name, value in values.items()]


def local_architecture() -> str:
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def _config(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "samconfig.toml").read_text())


def _settings(root: Path, environment: str) -> dict[str, Any]:
    config = _config(root)
    if environment not in config or environment == "version":
        raise SettingsError(
            f"samconfig.toml has no environment {environment!r}; it has {', '.join(environments(root))}"
        )
    settings: dict[str, Any] = config[environment]["global"]["parameters"]
    return settings
