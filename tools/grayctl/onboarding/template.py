"""A CloudFormation or SAM template, in YAML or JSON, as plain values."""

from pathlib import Path
from typing import Any

import yaml

from grayctl.document.file import more_than
from grayctl.errors import UsageError

# As SAM CLI looks for it.
NAMES = ("template.yaml", "template.yml", "template.json")
# A template has at most a million bytes (CloudFormation, quotas), which are fewer values than that.
_MOST = 1_000_000
_CHECK = "Check it: sam validate."

type Template = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` is {"Ref": "X"}, `!Sub text` {"Fn::Sub": "text"}."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _short_form)
# `Version: 2012-10-17` is a text to CloudFormation.
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def find_template(folder: Path) -> Path:
    """The template of a folder. Raises UsageError if there is none."""
    for name in NAMES:
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"no template in {folder}: {', '.join(NAMES)}", "Name it: --template FILE.")


def read_template(path: Path) -> Template:
    """The template of a file. Raises UsageError if it is none."""
    return parse_template(_text_of(path), str(path))


def read_with_documents(path: Path) -> Template:
    """The template of a file, with the OpenAPI documents that it names beside it put in. Raises UsageError."""
    template = read_template(path)
    for resource in template["Resources"].values():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if isinstance(properties, dict) and (document := _document(properties, path.parent)):
            properties.pop("DefinitionUri", None)
            properties["DefinitionBody"] = parse_yaml(_text_of(document), str(document))
    return template


def _document(properties: Template, folder: Path) -> Path | None:
    """The file with an API's OpenAPI document, as SAM names it; None if it is in no file of this machine."""
    match properties:
        case {"DefinitionUri": str() as name}:
            pass
        case {"DefinitionBody": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": str() as name}}}}:
            pass
        case _:
            return None
    return folder / name if "://" not in name and (folder / name).is_file() else None


def parse_template(text: str, name: str) -> Template:
    """The template as plain values, each resource a mapping with a type. Raises UsageError if it is none."""
    template = parse_yaml(text, name)
    resources = template.get("Resources") if isinstance(template, dict) else None
    if not isinstance(template, dict) or not isinstance(resources, dict) or not resources:
        raise UsageError(f"{name} is not a CloudFormation template: it has no Resources", "Name it: --template FILE.")
    for one, resource in resources.items():
        if str(one).startswith("Fn::"):
            continue  # Fn::ForEach, which the reader of the application tells
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise UsageError(f"{name}: Resources.{one} has no Type", _CHECK)
        if not isinstance(resource.get("Properties") or {}, dict):
            raise UsageError(f"{name}: Resources.{one}.Properties is not a mapping", _CHECK)
    return template


def parse_yaml(text: str, name: str) -> Any:
    """YAML or JSON with CloudFormation's short forms. Raises UsageError."""
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UsageError(f"{name} is not valid YAML: {line}{error.problem}", _CHECK) from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:  # control characters, 1,000 levels, [a]: b
        raise UsageError(f"{name} is not valid YAML: {' '.join(str(error).split())}", _CHECK) from error
    if more_than({"": value}, _MOST):
        raise UsageError(f"{name} has more than {_MOST:,} values, aliases written out", "Use fewer aliases.")
    return value


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text", "Save it as UTF-8.") from None
