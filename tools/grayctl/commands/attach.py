"""`grayctl attach`: what to add to a distribution that exists already."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grayctl.attachment.cdk import as_cdk
from grayctl.attachment.cloudformation import as_cloudformation
from grayctl.attachment.plan import attachment
from grayctl.attachment.terraform import as_terraform
from grayctl.onboarding.settings import NAME, read_settings
from grayctl.options import AsJson
from grayctl.output.screen import show


class Language(StrEnum):
    """A language that distributions are written in."""

    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"
    CDK = "cdk"


_WRITERS = {Language.CLOUDFORMATION: as_cloudformation, Language.TERRAFORM: as_terraform, Language.CDK: as_cdk}


def attach(
    language: Annotated[Language, typer.Option("--print", help="The language that your distribution is written in.")],
    file: Annotated[Path, typer.Option("--file", help="The application's graylane.toml.")] = Path(NAME),
    as_json: AsJson = False,
) -> None:
    """Print what to add to a distribution that exists already, so that Graylane decides in front of it.

    Reads graylane.toml and asks no account: the platform's functions have fixed names.

    Example: grayctl attach --print terraform > graylane.tf
    """
    text = _WRITERS[language](attachment(read_settings(file)))
    document = {"language": language.value, "file": str(file), "text": text}
    show(document, as_json, lambda console: console.print(text, end="", markup=False))
