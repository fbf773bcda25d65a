"""Finds the stack for a kill: as for any command, or by names only.

A kill needs only the store's ARN, so nothing else may block it: no project file, no AWS CLI settings, no
CloudFormation outage.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from grayctl.errors import GrayctlError, UnreachableError, UsageError, aws_errors, explain
from grayctl.stack.project import LocalStack, StackName, UnreadableProject, local_stack, project_root, stack_name
from grayctl.stack.target import Clients, Target, discover

if TYPE_CHECKING:
    from botocore.session import Session

__all__ = ["HURRY", "discover_for_kill", "hurried"]

# A service that does not answer in this time is bypassed: there is another path, and viewers are waiting.
HURRY: Mapping[str, Any] = MappingProxyType(
    {"connect_timeout": 2, "read_timeout": 4, "retries": {"total_max_attempts": 2, "mode": "standard"}}
)
# CloudFront and its stores have no region, but a client needs one.
_ANY_REGION = "us-east-1"


def hurried(target: Target) -> Target:
    """The same stack, with short timeouts."""
    return replace(target, clients=replace(target.clients, patience=HURRY))


def discover_for_kill(config_env: str, start: Path | None = None) -> tuple[Target, list[str]]:
    """As `discover`; if that fails, by naming convention only. Also returns why.

    Raises what `discover` raises if the names lead nowhere either, or if samconfig.toml lacks the environment.
    """
    try:
        return discover(config_env, start, HURRY), []
    except Exception as error:
        if isinstance(error, UsageError) and not isinstance(error, UnreadableProject):
            raise  # a typo, not a broken file
        first = explain(error) or UnreachableError(f"{type(error).__name__}: {error}")
    try:
        return _by_names(config_env, start), [f"stack: {first}; found it by naming convention"]
    except Exception as error:
        second = explain(error) or UnreachableError(f"{type(error).__name__}: {error}")
        raise _both(first, second) from error


def _both(first: GrayctlError, second: GrayctlError) -> GrayctlError:
    return type(first)(f"{first}; by naming convention: {second}", first.remedy or second.remedy)


def _by_names(config_env: str, start: Path | None) -> Target:
    root = project_root(start)
    named, local = StackName(f"graylane-{config_env}", None), None
    with suppress(UnreadableProject):
        named = stack_name(root, config_env)
    with suppress(UnreadableProject):
        local = local_stack(root, config_env)
    clients = Clients(_session(named.region, local), local, HURRY)
    store = clients.cloudfront.describe_key_value_store(Name=f"graylane-{config_env}-edge")["KeyValueStore"]
    outputs = {
        "KeyValueStoreArn": store["ARN"],
        "ConfigTable": f"graylane-{config_env}-config",
        "ManualSyncFunction": f"graylane-{config_env}-sync-manual",
    }
    # arn:aws:cloudfront::ACCOUNT:key-value-store/...
    account = store["ARN"].split(":")[4]
    return Target(config_env, named.stack, clients.region, account, config_env, "", outputs, clients)


def _session(region: str | None, local: LocalStack | None) -> "Session":
    """A session; if ~/.aws is unreadable, from environment variables only."""
    from botocore.session import Session

    session = Session()
    try:
        session.get_scoped_config()
    except aws_errors(OSError):
        nowhere = (None, None, os.devnull, None)
        session = Session(
            session_vars={"profile": (None, None, None, None), "config_file": nowhere, "credentials_file": nowhere}
        )
    if local:
        # The emulator's root credentials; valid nowhere else.
        session.set_credentials("test", "test")
    region = (local.region if local else region) or session.get_config_variable("region")
    session.set_config_variable("region", region or _ANY_REGION)
    return session
