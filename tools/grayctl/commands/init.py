"""`grayctl init`: a graylane.toml for your own application."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grayctl.errors import UsageError
from grayctl.onboarding.distributions import read_application
from grayctl.onboarding.examine import examine
from grayctl.onboarding.proposal import look_at, proposal
from grayctl.onboarding.settings import NAME, parse_settings
from grayctl.onboarding.template import find_template, read_with_documents
from grayctl.options import AsJson, DryRun, Template
from grayctl.output.findings_screen import print_findings
from grayctl.output.screen import show


def init(
    folder: Annotated[Path, typer.Argument(help="The application's folder.")] = Path(),
    template: Template = None,
    environment: Annotated[str, typer.Option("--environment", help="The platform's name.")] = "prod",
    force: Annotated[bool, typer.Option("--force", help="Replace a graylane.toml that is there.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write graylane.toml for your application, from its template, and say what `grayctl doctor` finds.

    Lanes, site and APIs are read in the template and the folder; what cannot be read is left to fill in.

    Example: grayctl init --environment prod
    """
    path = template or find_template(folder)
    written = folder / NAME
    if written.exists() and not force and not dry_run:
        raise UsageError(f"{written} is there already", "Look at it first: --dry-run. To replace it: --force.")
    values, seen = read_with_documents(path), look_at(folder)
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    text = proposal(read_application(values), name, environment, seen)
    parse_settings(text, f"the new {NAME}")
    findings = examine(values, folder / seen.site if seen.site else None)
    if not dry_run:
        written.write_text(text, encoding="utf-8")
    document = {"file": str(written), "dry_run": dry_run, "text": text, "findings": [vars(one) for one in findings]}

    def screen(console: Console) -> None:
        if dry_run:
            console.print(text, end="", markup=False)
        console.print(f"{'would write' if dry_run else 'written:'} {written}", style="bold", markup=False)
        print_findings(console, findings)

    show(document, as_json, screen)
