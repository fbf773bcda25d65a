"""The console, served."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest
import uvicorn
from tests.support.grayctl.grayctl_stack import Stack
from tests.unit.grayctl.console.browser import Browser

from grayctl.console import server
from grayctl.console.guard import Guard
from grayctl.stack.target import discover


@pytest.fixture
def open_console(stack: Stack) -> Iterator[Callable[..., Browser]]:
    """The console as `grayctl console` serves it, in a thread."""
    with ExitStack() as open_ones:

        def opened(*, allow_actions: bool = False, table: str = "") -> Browser:
            target = discover("test")
            if table:
                target = replace(target, outputs={**target.outputs, "ConfigTable": table})
            bound = server.listen(0)
            guard = Guard(bound.getsockname()[1])
            app = server.application(target, guard, allow_actions=allow_actions)
            running = uvicorn.Server(server.settings(app))
            thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
            thread.start()
            open_ones.callback(thread.join)
            open_ones.callback(setattr, running, "should_exit", True)
            client = httpx.Client(base_url=f"http://127.0.0.1:{guard.port}", trust_env=False, timeout=60)
            return Browser(open_ones.enter_context(client), guard)

        yield opened
