"""`python -m delivery.artifacts [--env ENV] [--local] [--force]`: build the artifacts for `sam deploy` if stale."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from delivery.artifacts import build, parameters
from delivery.artifacts.errors import ArtifactsError

ROOT = Path(__file__).parents[3]


def main() -> int:
    """Exit code 0 when the artifacts are up to date, 1 with the reason otherwise."""
    parser = argparse.ArgumentParser(prog="python -m delivery.artifacts", description=__doc__)
    parser.add_argument("--env", default="dev", help="environment of samconfig.toml; a platform's has its lanes (dev)")
    parser.add_argument(
        "--local", action="store_true", help="build for this machine's architecture, for the local stack"
    )
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    started = time.monotonic()
    try:
        builds = [_build_of(name, arguments.local) for name in parameters.stacks_of(ROOT, arguments.env)]
        with console.status("sam build") as status:
            made = build.build(
                ROOT,
                builds,
                force=arguments.force,
                progress=lambda line: status.update(f"{line} ({time.monotonic() - started:.0f} s)"),
            )
    except ArtifactsError as error:
        console.print(f"[red]graylane:[/red] {error}", highlight=False, markup=True)
        return 1
    folders = ", ".join(each.folder for each in builds)
    console.print(f"artifacts {'built' if made else 'up to date'} ({time.monotonic() - started:.0f} s): {folders}")
    return 0


def _build_of(name: str, local: bool) -> parameters.Build:
    values = dict(item.split("=", 1) for item in parameters.overrides(ROOT, name, local=local))
    return parameters.build_of(ROOT, name, values)


if __name__ == "__main__":
    sys.exit(main())
