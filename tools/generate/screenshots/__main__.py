"""`python -m generate.screenshots` writes docs/pictures, from a running `make up` or its own local stack."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from generate.screenshots.desk import take
from generate.screenshots.operator import Operator, PictureError
from graylocal.errors import LocalStackError
from graylocal.stack import LocalStack
from graylocal.system.places import REPOSITORY

_FOLDER = REPOSITORY / "docs" / "pictures"
_RUNNING = REPOSITORY / ".graylane" / "local" / "local.json"
_LIMIT = 200_000  # bytes per picture: documents must open quickly

console = Console()


def main() -> int:
    """Exit code 1 and one line if a picture fails or is too large."""
    try:
        made = take(Operator(REPOSITORY, "dev"), _FOLDER) if _RUNNING.exists() else _with_own_stack()
    except (LocalStackError, PictureError) as error:
        Console(stderr=True).print(f"screenshots: {error}", style="red", markup=False, highlight=False)
        return 1
    for path in made:
        console.print(f"{path.relative_to(REPOSITORY)}  {path.stat().st_size / 1000:.0f} kB", highlight=False)
    big = [path.name for path in made if path.stat().st_size > _LIMIT]
    if big:
        Console(stderr=True).print(f"screenshots: larger than {_LIMIT} bytes: {', '.join(big)}", style="red")
    return 1 if big else 0


def _with_own_stack() -> list[Path]:
    with tempfile.TemporaryDirectory(prefix="graylane-pictures-") as folder:
        project = Path(folder)
        (project / "samconfig.toml").write_bytes((REPOSITORY / "samconfig.toml").read_bytes())
        with (
            console.status("starting a local stack") as status,
            LocalStack("dev", state=project / ".graylane" / "local", advance=status.update) as stack,
        ):
            stack.deploy()
            stack.upload("v1")
            stack.upload("v2")
            stack.first_release()
            stack.serve()
            stack.published(60)
            status.update("taking pictures")
            return take(Operator(project, "dev"), _FOLDER)


if __name__ == "__main__":
    sys.exit(main())
