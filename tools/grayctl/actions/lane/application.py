"""The application of this folder: its graylane.toml, and the environment that a command means."""

from pathlib import Path

from grayctl.errors import UsageError
from grayctl.onboarding.settings import Settings, read_settings

__all__ = ["environment_or", "settings_or_none"]


def settings_or_none(file: Path) -> Settings | None:
    """The settings of a folder, None without a graylane.toml. Raises UsageError if it is not right."""
    return read_settings(file) if file.exists() else None


def environment_or(named: str | None, settings: Settings | None) -> str:
    """The environment that is named, else graylane.toml's. Raises UsageError if neither says one, or both do."""
    if settings is None and named is None:
        raise UsageError("no environment is named, and there is no graylane.toml", "Give --env, or: grayctl init")
    if settings and named not in (None, settings.environment):
        raise UsageError(
            f"graylane.toml is of environment {settings.environment}, not {named}",
            "Leave --env out, or name another file: --file.",
        )
    return named or (settings.environment if settings else "")
