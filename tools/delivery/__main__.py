"""`python -m delivery validate | deploy ENV | promote | verify ENV | destroy ENV`."""

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from delivery.artifacts.parameters import names
from delivery.commands import ROOT, validate
from delivery.deploy import deploy
from delivery.destroy import destroy, found
from delivery.local import refuse_while_local
from delivery.promote import promote
from delivery.verify import verify
from grayctl.errors import GrayctlError, explain
from grayctl.stack.project import project_root
from grayctl.stack.target import discover

console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 on success; else one error line, and 1 or grayctl's exit code."""
    try:
        _run(_parser().parse_args(arguments))
    except (BotoCoreError, ClientError, GrayctlError) as error:
        known = explain(error)
        if known is None:
            raise
        return _ended(f"{str(known).rstrip('.')}. {known.remedy}".rstrip(), known.exit_code)
    return 0


def _ended(said: str, code: int) -> int:
    console = Console(stderr=True, soft_wrap=True)
    console.print(f"graylane: {said}", style="red", markup=False, highlight=False)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m delivery", description="Delivers an environment to AWS.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("validate", help="sam validate --lint of every template")
    commands.add_parser("promote", help="copy gray's code and site over stable's")
    for name, text in (
        ("deploy", "check, build, deploy, upload"),
        ("destroy", "remove the stacks"),
        ("verify", "end-to-end cases"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("environment", help="dev, test, prod or gray; one stack of them: dev-v1, ...")
        command.add_argument("--yes", action="store_true", help="do not ask")
        if name == "deploy":
            command.add_argument(
                "--parameter",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                help="a template parameter, overrides samconfig.toml; may be repeated",
            )
    return parser


def _run(arguments: argparse.Namespace) -> None:
    match arguments.command:
        case "validate":
            validate(names(ROOT))
        case "deploy":
            refuse_while_local(project_root(), arguments.environment)
            deploy(arguments.environment, console, yes=arguments.yes, more=arguments.parameter)
        case "destroy":
            refuse_while_local(project_root(), arguments.environment)
            destroy(found(arguments.environment), console, yes=arguments.yes)
        case "verify":
            verify(discover(arguments.environment), console, yes=arguments.yes)
        case "promote":
            changed = promote(ROOT)
            for path in changed:
                console.print(path, markup=False)
            console.print(
                "v1 is already identical to v2." if not changed else
                f"{len(changed)} files of v1 are now v2's. Next: review the diff, commit, "
                "make deploy ENV=prod, grayctl finish."
            )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
