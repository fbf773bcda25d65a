"""docs/reference/release.md: the release document, from its pydantic models."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from gray.release.document import Release

_EXAMPLE: dict[str, Any] = {
    "salt": "spring-2027",
    "identity": {"kind": "plain", "sources": ["cookie:uid"]},
    "lanes": ["v2"],
    "rules": [
        {"id": "staff", "lane": "v2", "when": {"cookie": {"name": "staff", "exists": True}}},
        {"id": "campaign", "lane": "v2", "percent": 50, "when": {"query": {"name": "utm", "prefix": "gray-"}}},
        {"id": "ramp", "lane": "v2", "percent": 5},
    ],
}


def release_reference() -> str:
    """The page."""
    Release.model_validate(_EXAMPLE)
    schema = Release.model_json_schema()
    parts = [
        "# The release document",
        "`grayctl apply FILE` accepts it as YAML or JSON, `grayctl show` prints it. Unknown keys are errors, and so are"
        " duplicate keys and words that YAML versions read differently (NO, on, 12:30, 2026-01-01): quote such text."
        " Rules are evaluated in order; the first match decides. Viewers without a match are on stable.",
        f"```yaml\n{yaml.safe_dump(_EXAMPLE, sort_keys=False).rstrip()}\n```",
        *_section("release", schema, schema["$defs"]),
    ]
    for name, one in schema["$defs"].items():
        if one.get("properties"):
            parts += _section(name, one, schema["$defs"])
    return "\n\n".join(parts) + "\n"


def _section(name: str, schema: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name}"
    text = " ".join(schema.get("description", "").split())
    if text:
        yield text
    required = schema.get("required", [])
    rows = ["| key | value | default |", "|---|---|---|"]
    for key, one in schema["properties"].items():
        default = "required" if key in required else _default(one)
        rows.append(f"| `{key}` | {_value(one, known)} | {default} |")
    yield "\n".join(rows)


def _default(one: Mapping[str, Any]) -> str:
    default = one.get("default")
    return "" if default is None else f"`{default}`"


def _value(one: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """A JSON schema's value in words."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        target = known[name]
        return f"[{name}](#{name.lower()})" if target.get("properties") else _value(target, known)
    if "anyOf" in one or "oneOf" in one:
        choices = [each for each in one.get("anyOf", one.get("oneOf")) if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(_value(each, known) for each in choices))
    if "const" in one:
        return f"`{one['const']}`"
    if "enum" in one:
        return ", ".join(f"`{each}`" for each in one["enum"])
    match one.get("type"):
        case "array":
            return f"list{_bounds(one)} of {_value(one['items'], known)}" if "items" in one else f"list{_bounds(one)}"
        case "object" if isinstance(one.get("additionalProperties"), Mapping):
            return f"map of name to {_value(one['additionalProperties'], known)}"
        case None:
            return "any"
        case kind:
            return f"{kind}{_bounds(one)}"


def _bounds(one: Mapping[str, Any]) -> str:
    words = [
        f"{word} {one[key]}"
        for key, word in (
            ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"),
            ("minItems", "at least"), ("maxItems", "at most"),
        )
        if key in one
    ]  # fmt: skip
    if "pattern" in one:
        words.append("`" + one["pattern"].replace("|", "\\|") + "`")
    return f" ({', '.join(words)})" if words else ""
