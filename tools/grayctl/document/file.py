"""Release documents as files: YAML or JSON in, YAML out."""

import sys
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from grayctl.document.edits import Document
from grayctl.errors import UsageError

# Reading order for people; other keys follow.
_ORDER = ("note", "state", "salt", "lanes", "reserved", "identity", "lease_minutes", "plan", "rules", "lists")
_RULE_ORDER = ("id", "lane", "when", "percent")


class _Loader(yaml.SafeLoader):
    """Adds the position of an unreadable value: PyYAML passes on Python's errors without it."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError) as error:
            # 2026-02-30, an integer of 5,000 digits, `!!bool maybe`, `!!timestamp soon`.
            kind = node.tag.rpartition(":")[2]
            raise ConstructorError(None, None, f"invalid {kind}: {error}", node.start_mark) from error


def read_document(path: Path) -> Document:
    """A whole release from a file, `-` for standard input. JSON is YAML, so one parser reads both."""
    text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    loader = _Loader(text)
    loader.name = str(path)  # shown with the line; else "<unicode string>"
    try:
        document = loader.get_single_data()
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply", "A release has only a few levels.") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} is not a release", "A release is a mapping with salt, lanes and rules.")
    return document


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
