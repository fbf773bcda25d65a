"""`grayctl console`: a local web page."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import out, show
from grayctl.stack.target import discover


def console(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = 0,
    allow_actions: Annotated[
        bool, typer.Option("--allow-actions", help="Let the page ramp, pause, resume and kill, after confirmation.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Serve status and watch as a local web page until Ctrl-C; read-only without --allow-actions.

    The printed URL contains a token: anyone on this machine who has it sees what you see.

    Example: grayctl console --config-env prod
    """
    # Only this command needs the web server, and importing it is slow.
    from grayctl.console.guard import Guard
    from grayctl.console.server import application, listen, serve

    target = discover(config_env)
    target.output("ConfigTable")
    try:
        bound = listen(port)
    except OSError as error:
        raise UsageError(f"cannot listen on port {port}: {error.strerror}", "Omit --port to use a free one.") from error
    guard = Guard(bound.getsockname()[1])
    url = f"http://127.0.0.1:{guard.port}/#{guard.token}"
    show(
        {"url": url, "environment": target.environment, "actions": allow_actions},
        as_json,
        lambda screen: screen.print(f"console of {target.environment}: {url}\nPress Ctrl-C to stop", markup=False),
    )
    out().file.flush()
    with private_page(url) as page:
        if open_browser:
            webbrowser.open(page)
        serve(application(target, guard, allow_actions=allow_actions), bound)


@contextmanager
def private_page(url: str) -> Iterator[str]:
    """URI of a private file that redirects to the URL: every user can read a browser's command line."""
    with TemporaryDirectory(prefix="grayctl-console-") as folder:  # mode 0700
        page = Path(folder, "console.html")
        page.write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={escape(url)}">', encoding="utf-8")
        yield page.as_uri()
