"""The template of somebody's own application, as the stack of a lane."""

from pathlib import Path

from delivery.artifacts.parameters import said_to_sam
from delivery.commands import sam
from delivery.errors import DeliveryError
from delivery.local import refuse_while_local
from delivery.stacks.states import described, refuse_deployment
from grayctl.onboarding.settings import Settings
from grayctl.stack.project import project_root
from grayctl.stack.target import Clients

__all__ = ["deploy_lane"]

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


def deploy_lane(
    clients: Clients, folder: Path, settings: Settings, lane: str, *, yes: bool, dry_run: bool, apart: bool
) -> None:
    """`sam build` and `sam deploy` of the application's template as a lane's stack. Raises DeliveryError."""
    refuse_while_local(project_root(folder), settings.environment)
    stack, given = settings.lanes[lane].stack, settings.lanes[lane].parameters
    if there := described(clients.cloudformation, stack):
        refuse_deployment(stack, there["StackStatus"], f"sam delete --stack-name {stack}")
    if not (folder / settings.template).is_file():
        raise DeliveryError(f"{folder / settings.template} does not exist: mend `template` in graylane.toml")
    if dry_run:
        return
    built = f".graylane/{lane}"
    overrides = ["--parameter-overrides", *said_to_sam(given)] if given else []
    at = ["--region", clients.region]
    sam(
        "build", "--template-file", settings.template, "--build-dir", built, *overrides, *at,
        failed="sam build failed, see its last lines", folder=folder, apart=apart,
    )  # fmt: skip
    ask = [] if yes else ["--confirm-changeset"]
    sam(
        "deploy", "--template-file", f"{built}/template.yaml", "--stack-name", stack, "--resolve-s3",
        "--no-fail-on-empty-changeset", *(ask or ["--no-confirm-changeset"]), *at, "--capabilities", *_CAPABILITIES,
        *overrides, failed="sam deploy failed, see its last lines", folder=folder, apart=apart,
    )  # fmt: skip
