"""`grayctl doctor`: what stands in the way of an application that is to come under Graylane."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grayctl.errors import EXIT_NEGATIVE, EXIT_OK
from grayctl.onboarding.examine import examine
from grayctl.onboarding.findings import BLOCKS
from grayctl.onboarding.settings import NAME, read_settings
from grayctl.onboarding.template import find_template, read_with_documents
from grayctl.options import AsJson, Template
from grayctl.output.findings_screen import print_findings
from grayctl.output.screen import show


def doctor(
    template: Template = None,
    build: Annotated[
        Path | None,
        typer.Option(
            "--build",
            help="The site's build output, to find absolute addresses of APIs in it; default: that of graylane.toml.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Say what stands in the way of your application: reads template and built files, asks no account.

    `blocks` has to be mended first, a `warning` may be as it should, and `unknown` is decided at deployment only.
    Parameters have their defaults. Exit code 1 if something blocks.

    Example: grayctl doctor --template template.yaml --build dist
    """
    path = template or find_template(Path())
    build = build or _built_site()
    findings = examine(read_with_documents(path), build)
    document = {
        "template": str(path),
        "build": str(build) if build else None,
        "findings": [vars(one) for one in findings],
    }

    def text(console: Console) -> None:
        console.print(f"{path}" + (f" and {build}" if build else ""), style="bold", markup=False)
        print_findings(console, findings)

    show(document, as_json, text)
    return EXIT_NEGATIVE if any(one.level == BLOCKS for one in findings) else EXIT_OK


def _built_site() -> Path | None:
    """The built files that graylane.toml names, if there is one, and they are there."""
    if not Path(NAME).exists():
        return None
    site = read_settings(Path(NAME)).site
    return Path(site.folder) if site and Path(site.folder).is_dir() else None
