"""Names for shell completion: environments from samconfig.toml; rules, lists and lanes from the release.

Completion is a convenience: on any error or after a timeout it offers no names.
"""

import threading
import tomllib
from collections.abc import Callable
from contextlib import suppress

import typer

from grayctl.document.edits import Document

_PATIENCE = 2.0


def complete_environment(incomplete: str) -> list[str]:
    """The environment of graylane.toml, and those of samconfig.toml."""
    from grayctl.errors import UsageError
    from grayctl.stack.project import environment_of, project_root

    found: list[str] = []
    with suppress(OSError, tomllib.TOMLDecodeError, UsageError):
        root = project_root()
        found += [environment] if (environment := environment_of(root)) else []
        document = tomllib.loads((root / "samconfig.toml").read_text(encoding="utf-8"))
        found += [name for name, value in document.items() if isinstance(value, dict)]
    return _beginning(incomplete, found)


def complete_rule(context: typer.Context, incomplete: str) -> list[str]:
    """The rules of the release."""
    return _beginning(incomplete, names(_environment(context), rules_of))


def complete_list(context: typer.Context, incomplete: str) -> list[str]:
    """The user lists of the release."""
    return _beginning(incomplete, names(_environment(context), lists_of))


def complete_lane(context: typer.Context, incomplete: str) -> list[str]:
    """The gray lanes of the release."""
    return _beginning(incomplete, names(_environment(context), lanes_of))


def rules_of(release: Document) -> list[str]:
    """The rule ids, in order."""
    return [rule["id"] for rule in release.get("rules", [])]


def lists_of(release: Document) -> list[str]:
    """The names of the user lists."""
    return list(release.get("lists", {}))


def lanes_of(release: Document) -> list[str]:
    """The gray lanes of the release."""
    return list(release.get("lanes", []))


def names(config_env: str, of: Callable[[Document], list[str]], patience: float = _PATIENCE) -> list[str]:
    """Names of one kind in the current release; none if that takes longer than `patience` seconds."""
    found: list[str] = []

    def look() -> None:
        # The command itself reports problems with stack, network or release.
        with suppress(Exception):
            found.extend(of(_release(config_env)))

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(patience)
    return list(found)


def _environment(context: typer.Context) -> str:
    return str(context.params.get("config_env") or "dev")


def _release(config_env: str) -> Document:
    from grayctl.reading.release import read_current, revisions_of
    from grayctl.stack.target import discover

    return read_current(revisions_of(discover(config_env))).document


def _beginning(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
