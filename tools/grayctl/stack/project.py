"""An environment's settings in the project's files: samconfig.toml, graylane.toml and the local stack's note."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grayctl.errors import UsageError

_FILES = ("graylane.toml", "samconfig.toml")
LOCAL_NOTE = Path(".graylane/local/local.json")
# If any of these is set, the caller chose an AWS account; the local stack's note is then ignored.
_AWS_CHOSEN = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN")


class UnreadableProject(UsageError):
    """A project file cannot be read or is invalid. Only a kill continues without it."""


@dataclass(frozen=True)
class StackName:
    """The stack of a `--config-env`; `region` is None if samconfig.toml leaves it to the AWS settings."""

    stack: str
    region: str | None


@dataclass(frozen=True)
class LocalStack:
    """Where a running local stack listens."""

    endpoint: str
    xray_endpoint: str
    region: str
    site: str


def project_root(start: Path | None = None) -> Path:
    """The nearest parent folder with a graylane.toml or samconfig.toml; else the repository that contains this file."""
    try:
        here = (start or Path.cwd()).resolve()
    except FileNotFoundError:  # the working directory was deleted
        return Path(__file__).resolve().parents[3]
    for folder in (here, *here.parents):
        if any((folder / name).is_file() for name in _FILES):
            return folder
    return Path(__file__).resolve().parents[3]


def stack_name(root: Path, config_env: str) -> StackName:
    """Read stack name and region of one environment.

    The platform of an application, whose environment graylane.toml names, is called by convention; so is any where
    there is no file at all. Raises UnreadableProject if a file is invalid, UsageError if none has the environment.
    """
    by_convention = StackName(f"graylane-{config_env}", _region_of(root) or os.environ.get("AWS_REGION"))
    own = environment_of(root)
    if own == config_env:
        return by_convention
    if own is not None:  # the samconfig.toml beside it is the application's own
        raise UsageError(f"graylane.toml is of environment {own!r}, not {config_env!r}", f"Use {own}.")
    try:
        document = _toml(root / "samconfig.toml")
    except FileNotFoundError:
        return by_convention
    if config_env not in document or not isinstance(document[config_env], dict):
        known = ", ".join(sorted(name for name, value in document.items() if isinstance(value, dict)))
        raise UsageError(f"samconfig.toml has no environment {config_env!r}", f"It has: {known}.")
    # SAM's order: the command's section, then the environment's global one, then the default environment's.
    sections = [
        _parameters(document, config_env, "deploy"),
        _parameters(document, config_env, "global"),
        _parameters(document, "default", "global"),
    ]
    stack = _first(sections, "stack_name") or f"graylane-{config_env}"
    return StackName(stack, _first(sections, "region"))


def environment_of(root: Path) -> str | None:
    """The environment that the graylane.toml of a folder names; None where none does. Raises UnreadableProject."""
    try:
        named = _toml(root / "graylane.toml").get("environment")
    except FileNotFoundError:
        return None
    return named if isinstance(named, str) else None


def _region_of(root: Path) -> str | None:
    """The region to which `sam deploy` in this folder goes by samconfig.toml."""
    try:
        document = _toml(root / "samconfig.toml")
    except FileNotFoundError:
        return None
    return _first([_parameters(document, "default", "deploy"), _parameters(document, "default", "global")], "region")


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except ValueError as error:  # TOMLDecodeError, or Python's error for an integer of 5,000 digits
        raise UnreadableProject(f"{path} is not valid TOML: {error}") from error
    except OSError as error:
        raise UnreadableProject(f"cannot read {path}: {error.strerror}") from error


def local_stack(root: Path, config_env: str, environment: Mapping[str, str] = os.environ) -> LocalStack | None:
    """The local stack, if one runs for this environment and the caller did not choose an AWS account."""
    if any(environment.get(name) for name in _AWS_CHOSEN):
        return None
    try:
        note = json.loads((root / LOCAL_NOTE).read_text(encoding="utf-8"))
        local = note.get("config_env")
        if config_env != local and not config_env.startswith(f"{local}-"):  # one of its lanes' stacks
            return None
        return LocalStack(
            endpoint=note["endpoint"],
            xray_endpoint=note.get("xray_endpoint", note["endpoint"]),
            region=note.get("region", "us-east-1"),
            site=note.get("site", ""),
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise UnreadableProject(f"{LOCAL_NOTE} is invalid", "Remove it and run `make up` again.") from error


def _parameters(document: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The parameters under these names, empty if absent. Raises UsageError for a name that is not a table."""
    section, names = document, (*path, "parameters")
    for depth, name in enumerate(names, 1):
        inner = section.get(name, {})
        if not isinstance(inner, dict):
            table = ".".join(names[:depth])
            raise UnreadableProject(f"samconfig.toml: {table} is not a table", f"Write [{'.'.join(names)}].")
        section = inner
    return section


def _first(sections: list[Mapping[str, Any]], key: str) -> str | None:
    return next((str(section[key]) for section in sections if section.get(key)), None)
