"""`python -m delivery validate | deploy ENV | promote | verify ENV | destroy ENV`."""

import argparse
import sys

from rich.console import Console

from artifacts.errors import ArtifactsError
from delivery.commands import ROOT, sam
from delivery.deploy import deploy
from delivery.destroy import destroy
from delivery.errors import DeliveryError
from delivery.promote import promote
from delivery.verify import verify
from grayctl.errors import GrayctlError
from grayctl.target import discover

console = Console()


def main() -> int:
    """Exit code 0 when all is done, 1 with one line that says what is not."""
    parser = argparse.ArgumentParser(prog="python -m delivery", description="Delivers an environment to AWS.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("validate", help="sam validate --lint")
    commands.add_parser("promote", help="copy gray's code and site over stable's")
    for name, text in (
        ("deploy", "check, build, deploy, upload"),
        ("destroy", "remove the stack"),
        ("verify", "end-to-end cases"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("environment", help="dev, test, prod or gray")
        command.add_argument("--yes", action="store_true", help="do not ask")
        if name == "deploy":
            command.add_argument(
                "--parameter",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                help="a template parameter, over samconfig.toml's; may be repeated",
            )
    try:
        _run(parser.parse_args())
    except (ArtifactsError, DeliveryError, GrayctlError) as error:
        Console(stderr=True).print(f"graylane: {error}", style="red", markup=False, highlight=False)
        return 1
    return 0


def _run(arguments: argparse.Namespace) -> None:
    match arguments.command:
        case "validate":
            sam("validate", "--lint", "--region", "us-east-1", failed="the template has errors, see above")
        case "deploy":
            deploy(arguments.environment, console, yes=arguments.yes, more=arguments.parameter)
        case "destroy":
            destroy(discover(arguments.environment), console, yes=arguments.yes)
        case "verify":
            verify(discover(arguments.environment), console, yes=arguments.yes)
        case "promote":
            changed = promote(ROOT)
            for path in changed:
                console.print(path, markup=False)
            console.print(
                "v1 is already what v2 is." if not changed else
                f"{len(changed)} files of v1 are now v2's. Next: look at the difference, commit, "
                "make deploy ENV=prod, grayctl finish."
            )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
