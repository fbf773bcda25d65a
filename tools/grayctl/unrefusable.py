"""A command line that cannot be refused: what is not understood is told, and the rest is done. For `grayctl kill`."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from typer.core import TyperCommand

from grayctl.completion import complete_environment
from grayctl.output.screen import note

__all__ = ["Unrefusable", "command_first"]

# Whoever means these wants nothing to be done yet, however it is typed.
_HARMLESS = ("--help", "--dry-run")
_HELP = ("help", "-?", "/?", "-help")


class Unrefusable(TyperCommand):
    """Takes every command line."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.ignore_unknown_options = self.allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As far as it is understood; what is left over is told, and the environment that is meant by the rest."""
        dropped: list[str] = []
        left: list[str] = super().parse_args(ctx, list(self._understood(ctx, args, dropped)))
        named = [word for word in left if word in complete_environment("")]
        if len(named) == 1 and getattr(ctx.get_parameter_source("config_env"), "name", "") == "DEFAULT":
            ctx.params["config_env"] = named[0]  # `grayctl kill prod`: nobody means the default environment by that
            left.remove(named[0])
        if left or dropped:
            note(
                f"not understood, and passed over: {' '.join([*dropped, *left])}"
                f" (the environment is {ctx.params.get('config_env')})"
            )
        ctx.args = []
        return []

    def _understood(self, ctx: Any, args: Sequence[str], dropped: list[str]) -> Iterator[str]:
        """The arguments without those that the parser would stop at: an option without its value, a flag with one."""
        flags = {name: bool(getattr(one, "is_flag", False)) for one in self.get_params(ctx) for name in one.opts}
        rest = iter(args)
        for arg in rest:
            name, sign, _ = arg.partition("=")
            if arg in _HELP:
                yield "--help"
            elif arg == "--":
                dropped.append(arg)
            elif not arg.startswith("--"):
                yield from self._short(arg, flags, rest, dropped)
            elif name not in flags:
                yield next(iter(get_close_matches(name.replace("_", "-").lower(), _HARMLESS, 1, 0.8)), arg)
            elif flags[name]:
                yield name
            elif sign or (value := next(rest, None)) is None:
                yield from _given(arg, sign, dropped)
            else:
                yield from (arg, value)

    def _short(self, arg: str, flags: dict[str, bool], rest: Iterator[str], dropped: list[str]) -> Iterator[str]:
        """One argument that begins with at most one dash, letter by letter: `-ye prod`."""
        if not arg.startswith("-") or arg == "-":
            yield arg
            return
        for place, letter in enumerate(arg[1:], 2):
            option = f"-{letter}"
            if option not in flags:
                dropped.append(option)
            elif flags[option]:
                yield option
            else:
                value = arg[place:] or next(rest, None)
                if value is None:
                    dropped.append(option)
                else:
                    yield from (option, value)
                return


def _given(arg: str, sign: str, dropped: list[str]) -> Iterator[str]:
    if sign:
        yield arg
    else:
        dropped.append(arg)


def command_first(arguments: Sequence[str], command: str, others: Sequence[str]) -> list[str]:
    """With the command in front of options that were typed before it, unless another command is named too."""
    line = list(arguments)
    if not line or not line[0].startswith("-") or command not in line or any(one in others for one in line):
        return line
    place = line.index(command)
    return [command, *line[:place], *line[place + 1 :]]
