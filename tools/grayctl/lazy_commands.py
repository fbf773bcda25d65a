"""Commands whose module is imported when one is run; `grayctl --help` imports none.

We print the help ourselves: typer imports a Markdown parser and a traceback highlighter for it, which takes twice as
long as the rest of `--help`. The result looks the same. See docs/decisions/0605.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer
import typer.core
from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.theme import Theme
from typer._coercion import PassThroughRuntimeParam, RuntimeParam, TypeDescriptor, build_runtime_param
from typer.core import TyperGroup


def _load(name: str) -> Any:
    """The command in grayctl.commands.<name>: the function of that name, or `app` for a command group."""
    module = import_module(f"grayctl.commands.{name}")
    if app := getattr(module, "app", None):
        group: Any = typer.main.get_group(app)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name, cls=getattr(module, "COMMAND_CLASS", None))(getattr(module, name))
    return typer.main.get_command(alone)


def _taken(descriptor: TypeDescriptor) -> RuntimeParam:
    """How a parameter is checked. typer would load pydantic in every command, even to check that a str is a str."""
    kind, info = descriptor.annotation, descriptor.parameter_info
    if info.parser is None and (kind is str or (kind is bool and not info.envvar)):
        return PassThroughRuntimeParam(info, kind)
    return build_runtime_param(descriptor)


# typer has no official hook for this; a test fails when a newer typer looks elsewhere.
setattr(typer.core, "build_runtime_param", _taken)  # noqa: B010 - typer does not export it


class _Loaded(MutableMapping[str, Any]):
    """The commands by name, each created on first access; listing names creates none."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = _load(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands cannot be removed from the table")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class CommandTable(TyperGroup):
    """All commands, grouped by help panel, each with the first paragraph of its help."""

    panels: ClassVar[Mapping[str, Mapping[str, str]]]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Loaded([name for commands in self.panels.values() for name in commands])

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all commands; typer's own method would load every command."""
        return list(self.commands)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Matching names with their help; typer's own method would load every command."""
        from typer._click.shell_completion import CompletionItem

        says = {name: text for commands in self.panels.values() for name, text in commands.items()}
        found = [CompletionItem(name, help=text) for name, text in says.items() if name.startswith(incomplete)]
        return found or super().shell_complete(ctx, incomplete)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help of `grayctl` itself."""
        console = Console(theme=_THEME, highlighter=_Highlighter())
        console.print(Padding(self.get_usage(ctx), 1), style="bold")
        console.print(Padding(self.help or "", (0, 1, 1, 1)))
        parameters: list[Any] = self.get_params(ctx)
        options = [(*_long_and_short(one.opts), one.help or "") for one in parameters]
        console.print(_panel("Options", options, ("bold cyan", "bold green", "")))
        width = max(map(len, self.commands))
        for title, commands in self.panels.items():
            console.print(_panel(title, list(commands.items()), ("bold cyan", ""), width))
        console.print(Padding(self.epilog or "", 1))


class _Highlighter(RegexHighlighter):
    highlights: ClassVar = [r"(^|\W)(?P<option>\-\-[\w\-]+)", r"(?P<usage>Usage: )"]


_THEME = Theme({"option": "bold cyan", "usage": "yellow"})


def _long_and_short(options: Sequence[str]) -> tuple[str, str]:
    long = [one for one in options if one.startswith("--")]
    return ",".join(long), ",".join(one for one in options if one not in long)


def _panel(title: str, rows: Sequence[tuple[str, ...]], styles: Sequence[str], width: int | None = None) -> Panel:
    table = Table(box=None, show_header=False, expand=True, pad_edge=False)
    for style in styles[:-1]:
        table.add_column(style=style, no_wrap=True, width=width)
    table.add_column(style=styles[-1], ratio=10)
    for row in rows:
        table.add_row(*row)
    return Panel(table, title=title, title_align="left", border_style="dim")
