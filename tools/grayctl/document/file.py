"""Release documents as files: YAML or JSON in, YAML out.

Nothing is guessed: a key that is there twice, and a word that YAML's versions read differently, are refused with their
lines. See also json_text.py.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from grayctl.document.edits import Document
from grayctl.document.json_text import DoubleKey, is_meant_as_json, read_json
from grayctl.document.patience import Tell, opened, untold
from grayctl.errors import UsageError

# Reading order for people; other keys follow.
_ORDER = ("note", "state", "salt", "lanes", "reserved", "identity", "lease_minutes", "plan", "rules", "lists")
_RULE_ORDER = ("id", "lane", "when", "percent")


_MOST, _DEEPEST = 100_000, 100
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)|0[ox][0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TRUTH = re.compile("(yes|no|on|off)", re.IGNORECASE)


class _Loader(yaml.SafeLoader):
    """Adds the position of an unreadable value: PyYAML passes on Python's errors without it."""

    def fetch_flow_collection_start(self, token: Any) -> None:
        # At each further token PyYAML looks at all that are open: seconds, until Python's own limit ends it.
        if self.flow_level >= _DEEPEST:
            raise RecursionError
        super().fetch_flow_collection_start(token)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.style is None:
            self._refuse_ambiguous(node)
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError) as error:
            # 2026-02-30T08:00:00Z, an integer of 5,000 digits, `!!bool maybe`, `!!timestamp soon`.
            kind = node.tag.rpartition(":")[2]
            raise ConstructorError(None, None, f"invalid {kind}: {error}", node.start_mark) from error

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        lines: dict[tuple[str, str], int] = {}
        for key, _value in node.value:
            name, line = (key.tag, str(key.value)), key.start_mark.line + 1
            if name in lines:
                raise DoubleKey(name[1], lines[name], line)
            lines[name] = line
        return node

    def _refuse_ambiguous(self, node: yaml.ScalarNode) -> None:
        """Refuse values that YAML 1.1, as read by PyYAML, and YAML 1.2 read differently."""
        text, kind = str(node.value), node.tag.rpartition(":")[2]
        if kind == "bool" and _TRUTH.fullmatch(text):
            truth = "true" if text.lower() in ("yes", "on") else "false"
            raise _ambiguous(node, f"{text} is {truth} to YAML", truth)
        if kind == "int" and not _DECIMAL.fullmatch(text):
            raise _ambiguous(node, f"{text} is a number of another base, or parted, to YAML", "the number plainly")
        if kind == "float" and not _FLOAT.fullmatch(text):
            raise _ambiguous(node, f"{text} is a number of base 60, or parted, to YAML", "the number plainly")
        if kind == "timestamp" and re.fullmatch(r"[0-9-]+", text):
            raise _ambiguous(node, f"{text} is a date to YAML", f"a time with its zone, as {text}T00:00:00Z")


def _ambiguous(node: yaml.Node, what: str, else_write: str) -> ConstructorError:
    text = str(node.value)
    return ConstructorError(
        None, None, f'{what}; write "{text}", with the quotes, if the text is meant, or {else_write}', node.start_mark
    )


def read_document(path: Path, tell: Tell = untold) -> Document:
    """A whole release from a file, `-` for standard input; `tell` gets what is waited for. Raises UsageError."""
    with opened(path, tell, encoding="utf-8-sig") as (file, waiting):
        try:
            text = file.read()
        except UnicodeDecodeError:
            raise UsageError(f"{path} is not UTF-8 text", "Save it as UTF-8.") from None
        waiting.over()
    try:
        document = _parsed(text, str(path))
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply", "A release has only a few levels.") from None
    except DoubleKey as double:
        raise UsageError(f"{path}: {double}", "Keep one of them.") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} is not a release", "A release is a mapping with salt, lanes and rules.")
    if more_than(document, _MOST):
        raise UsageError(f"{path} has more than {_MOST:,} values, aliases written out", "Write less, or no aliases.")
    return document


def more_than(document: Document, most: int) -> bool:
    """Whether it has more values: a few aliases of aliases are billions, and one of itself has no end."""
    waiting: list[Any] = [document]
    while waiting and most > 0:
        value = waiting.pop()
        most -= 1
        if isinstance(value, (dict, list)):
            waiting += value.values() if isinstance(value, dict) else value
    return bool(waiting)


def _parsed(text: str, name: str) -> Any:
    """JSON where it is that; YAML otherwise, which has mappings with braces too."""
    error: UsageError | None = None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return read_json(text, name)
        except UsageError as broken:
            error = broken
        except DoubleKey:
            raise
        except ValueError:
            pass  # a number of 5,000 digits: the other reader says where
    loader = _Loader(text)
    loader.name = name  # as it is told with the line; else "<unicode string>"
    try:
        return loader.get_single_data()
    except yaml.YAMLError:
        if error and is_meant_as_json(text):
            raise error from None
        raise


def as_yaml(document: Document) -> str:
    """The document as YAML, in reading order."""
    ordered: dict[str, Any] = {key: document[key] for key in _ORDER if key in document}
    ordered |= {key: value for key, value in document.items() if key not in ordered}
    if isinstance(ordered.get("rules"), list):
        ordered["rules"] = [_rule(rule) for rule in ordered["rules"]]
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=100)


def _rule(rule: Document) -> Document:
    first = {key: rule[key] for key in _RULE_ORDER if key in rule}
    return first | {key: value for key, value in rule.items() if key not in first}
