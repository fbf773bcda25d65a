"""`python -m samlocal`: every event of events/ that is for a function, through `sam local invoke`, in Docker.

A local stack is deployed for it, so that each function finds what it would find on AWS.
"""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from graylocal.errors import LocalStackError
from graylocal.stack import LocalStack
from graylocal.system.places import ACCOUNT
from samlocal.cases import CASES, Case, differences
from samlocal.daemon import docker, gateway, prove
from samlocal.deployed import endpoints, functions, warm
from samlocal.errors import SamLocalError
from samlocal.forward import forwarded
from samlocal.image import TAG, build_image, has_image
from samlocal.invoke import HOST, SamLocal, local_template

ENVIRONMENT = "dev"


def main() -> int:
    """Exit code 0 when every answer is right, 1 when one is not, 2 when it could not be tried."""
    parser = argparse.ArgumentParser(prog="python -m samlocal", description=__doc__)
    parser.add_argument("--only", default="", help="only events whose file name begins with this")
    only = parser.parse_args().only
    cases = [case for case in CASES if case.file.startswith(only)]
    console = Console(highlight=False)
    try:
        failed = _run(cases, console)
    except (SamLocalError, LocalStackError) as error:
        Console(stderr=True).print(f"[red]samlocal:[/red] {error}", highlight=False)
        return 2
    console.print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _run(cases: list[Case], console: Console) -> int:
    with TemporaryDirectory(prefix="samlocal-") as name:
        folder = Path(name)
        stack = LocalStack(ENVIRONMENT, state=folder / "state", advance=console.print)
        with stack, docker(stack.processes, folder) as environment:
            if not has_image(environment):
                console.print(f"Building {TAG} from this machine's Python")
                build_image(environment)
            _deploy(stack)
            address = gateway(environment)
            variables = endpoints(stack.ports, HOST)
            (folder / "template.yaml").write_text(local_template(functions(stack), variables))
            sam = SamLocal(folder, {**environment, "AWS_ENDPOINT_URL": stack.endpoint}, variables, address, ACCOUNT)
            with forwarded(address, [stack.ports.gateway, stack.ports.traces]):
                prove(environment, TAG, address, stack.ports.gateway)
                return sum(_is_wrong(sam, case, console) for case in cases)


def _deploy(stack: LocalStack) -> None:
    stack.deploy()
    stack.upload("v1")
    stack.upload("v2")
    stack.first_release()
    stack.published(60)
    warm(stack)


def _is_wrong(sam: SamLocal, case: Case, console: Console) -> bool:
    began = time.monotonic()
    answer = sam.invoke(case, ENVIRONMENT)
    wrong = differences(case.answer, answer)
    word = "[red]FAILED[/red]" if wrong else "ok"
    console.print(f"{word:<8}{case.function:<26}{case.file:<30}{time.monotonic() - began:5.1f} s")
    for problem in wrong:
        console.print(f"        {problem}", markup=False)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
