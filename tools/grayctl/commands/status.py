"""`grayctl status`: what is saved, what is published, what the edge answers."""

from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import show, spinner
from grayctl.output.status_screen import print_status
from grayctl.reading.signing import debug_header
from grayctl.reading.status import read_status
from grayctl.stack.target import discover


def status(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """Show the saved revision, the published one and what the edge answers.

    Example: grayctl status --config-env prod
    """
    target = discover(config_env)
    with spinner("reading", as_json):
        found = read_status(target, debug_header(target))
    show(found.as_json(), as_json, lambda console: print_status(console, found))
