"""`grayctl keys`: the keys that sign cookies, links and identities."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from grayctl.actions import edge_keys
from grayctl.actions.author import author
from grayctl.actions.manual_sync import invoke_manual_sync, sync_and_follow
from grayctl.options import AsJson, ConfigEnv, Manner, changing
from grayctl.output.screen import confirm, show, spinner
from grayctl.stack.target import Target, discover

app = typer.Typer(help="Manage the keys that sign cookies, links and identities.", no_args_is_help=True)


@app.command("show")
def show_keys(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """Show the key ids, never the keys themselves.

    Example: grayctl keys show
    """
    text = _read(discover(config_env))
    ids = edge_keys.key_ids(text)
    identity = edge_keys.has_identity(text)

    def told(console: Console) -> None:
        console.print(f"signs: {ids[0]}" + (f", verifies too: {', '.join(ids[1:])}" if ids[1:] else ""))
        console.print(f"key for signed identities: {'set' if identity else 'not set'}")

    show({"newest": ids[0], "ids": ids, "identity": identity}, as_json, told)


@app.command("rotate")
@changing
def rotate(*, manner: Manner) -> None:
    """Add a new signing key and publish it; the old key still verifies, so no viewer changes lane.

    Example: grayctl keys rotate --config-env prod
    """
    _change(edge_keys.rotated, "keys rotate", "Add a signing key", manner)


@app.command("retire")
@changing
def retire(*, manner: Manner) -> None:
    """Remove the older key and invalidate the grants and links it signed. Wait 7 days after the rotation.

    Example: grayctl keys retire --config-env prod
    """
    _change(edge_keys.retired, "keys retire", "Remove the older key", manner)


@app.command("identity")
@changing
def identity(
    *,
    secret: Annotated[
        str, typer.Option("--secret", envvar="GRAYCTL_IDENTITY_SECRET", help="The secret your application signs with.")
    ] = "",
    manner: Manner,
) -> None:
    """Set the secret for signed identities and JWTs; by default creates one (read it in Secrets Manager).

    Example: GRAYCTL_IDENTITY_SECRET=... grayctl keys identity
    """
    chosen = secret or edge_keys.new_secret()
    question = "Set the identity secret (this invalidates identities signed with another one)"
    _change(lambda text: edge_keys.with_identity(text, chosen), "keys identity", question, manner)


def _change(edit: Callable[[str], str], name: str, question: str, manner: Manner) -> None:
    target = discover(manner.config_env)
    before = _read(target)
    after = edit(before)
    document = {
        "environment": target.environment,
        "dry_run": manner.dry_run,
        "before": edge_keys.key_ids(before),
        "after": edge_keys.key_ids(after),
        "identity": edge_keys.has_identity(after),
        "publication": None,
    }
    if not manner.dry_run:
        if not target.clients.local:
            confirm(f"{question} in {target.environment}?", manner.yes)
        target.clients.secrets.put_secret_value(SecretId=target.output("EdgeKeysSecret"), SecretString=after)
        document["publication"] = _publish(target, name, manner)
    verb = "would sign with" if manner.dry_run else "signs with"

    def told(console: Console) -> None:
        console.print(f"{verb} {edge_keys.key_ids(after)[0]}")
        if manner.no_wait and not manner.dry_run:
            console.print("the publication was asked for and not followed; look with: grayctl status")

    show(document, manner.as_json, told)


def _publish(target: Target, name: str, manner: Manner) -> dict[str, object] | None:
    why = manner.reason or name
    if manner.no_wait:
        invoke_manual_sync(target, "publish", author=author(), reason=why, invalidate=False)
        return None
    with spinner("publishing the keys", manner.as_json) as tell:
        return sync_and_follow(target, "publish", reason=why, tell=tell).as_json()


def _read(target: Target) -> str:
    return target.clients.secrets.get_secret_value(SecretId=target.output("EdgeKeysSecret"))["SecretString"]
