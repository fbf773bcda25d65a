"""docs/reference/cli.md: every command of grayctl, from the commands themselves."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import typer
from pydantic import BaseModel

from grayctl import errors
from grayctl.cli import app
from grayctl.output.answers import ANSWERS


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, in the order of the help."""
    yield from _below(typer.main.get_command(app), "grayctl")


def cli_reference() -> str:
    """The page."""
    parts = [
        "# grayctl, command by command",
        "Every command that uses a stack finds it by `--config-env` (default `dev`, or `GRAYCTL_CONFIG_ENV`) and"
        " samconfig.toml."
        " `--json` prints one document to standard output; progress, questions and errors go to standard error"
        ' (with `--json`, an error is a document `{"error": {...}}` on standard output).',
        "Shell completion: `grayctl --install-completion`.",
        exit_codes("## Exit codes"),
        "## Commands",
        "\n".join(f"- [`{name}`](#{_anchor(name)}): {_first_line(command)}" for name, command in commands()),
    ]
    parts += [_section(name, command) for name, command in commands()]
    return "\n\n".join(parts) + "\n"


def _below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for child_name, child in command.commands.items():
        full = f"{name} {child_name}"
        if hasattr(child, "commands"):
            yield from _below(child, full)
        else:
            yield full, child


def exit_codes(heading: str) -> str:
    """The exit codes with their meanings."""
    lines = [heading, "", "| code | meaning |", "|---|---|", "| 0 | done |"]
    lines.append("| 1 | a negative finding: a mixed trace, builds or revisions that differ, an application to mend |")
    classes = [
        kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.GrayctlError)
    ]
    for kind in sorted(classes, key=lambda one: one.exit_code):
        if kind is not errors.GrayctlError:
            lines.append(f"| {kind.exit_code} | `{kind.kind}`: {_lower(inspect.getdoc(kind) or '')} |")
    return "\n".join(lines)


def _section(name: str, command: Any) -> str:
    text, example = _help(command)
    parts = [f"### {name}", text, f"```sh\n{example}\n```"]
    rows = [_row(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        parts.append("\n".join(["| | | default |", "|---|---|---|", *rows]))
    model = ANSWERS.get(name.removeprefix("grayctl "))
    if model:
        parts.append(_answer(model))
    return "\n\n".join(parts)


def _answer(model: type[BaseModel]) -> str:
    """The command's --json output, key by key."""
    schema = model.model_json_schema(by_alias=True)
    known = schema.get("$defs", {})
    if "properties" not in schema:
        return f"`--json` prints {_named(schema, known)}."
    keys = [f"`{key}` {_named(one, known)}" for key, one in schema["properties"].items()]
    return f"`--json` prints an object: {'; '.join(keys)}."


def _named(one: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """A value in words; a nested object by its keys."""
    if "$ref" in one:
        inside = known[one["$ref"].rpartition("/")[2]]
        return f"object ({', '.join(inside.get('properties', {}))})"
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_named(each, known) for each in one["anyOf"]))
    if one.get("type") == "array":
        return f"list of {_named(one.get('items', {}), known)}"
    return str(one.get("type", "any"))


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = (parameter.metavar or parameter.name).upper()
    else:
        name = ", ".join([*parameter.opts, *parameter.secondary_opts])
    default = parameter.default
    shown = "required" if parameter.required else "" if default in (None, False, "", [], ()) else f"`{default}`"
    return f"| `{name}` | {_cell(parameter.help or '')} | {shown} |"


def _help(command: Any) -> tuple[str, str]:
    """The text and the example of a command's docstring."""
    text, _, example = (command.help or "").partition("Example: ")
    return " ".join(text.split()), example.strip()


def _first_line(command: Any) -> str:
    return _help(command)[0].split(". ")[0].rstrip(".") + "."


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _lower(text: str) -> str:
    return _cell(text[:1].lower() + text[1:].rstrip("."))
