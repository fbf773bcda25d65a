"""docs/reference/template.md: the parameters, outputs and alarms of the templates."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grayctl.onboarding import template as templates

REPOSITORY = Path(__file__).resolve().parents[3]
PLATFORM, LANE = REPOSITORY / "template.yaml", REPOSITORY / "lane.yaml"
# Three functions share one runbook per failure mode.
_OF_EDGE_FUNCTION = re.compile(r"^(edge-[a-z]+)-(request-static|request-api|response)$")


def read_template(path: Path = PLATFORM) -> dict[str, Any]:
    """A template as plain values; the platform's by default."""
    return templates.read_template(path)


def alarms(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The alarms by name, with the environment and lane as `E` and `L`."""
    found = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            found[alarm_name(properties["AlarmName"])] = properties
    return found


def alarm_name(value: Any) -> str:
    """`graylane-${Environment}-drift` in short form: `graylane-E-drift`."""
    text = value["Fn::Sub"] if isinstance(value, dict) else value
    return str(text).replace("${Environment}", "E").replace("${Lane}", "L")


def alarm_topic(name: str) -> str:
    """The runbook of an alarm: its name without environment, lane and edge function."""
    topic = name.removeprefix("graylane-E-").removesuffix("-L")
    return _OF_EDGE_FUNCTION.sub(r"\1", topic)


def template_reference() -> str:
    """The page."""
    parts = [
        "# Parameters, outputs and alarms of the templates",
        "Set parameters in samconfig.toml (`parameter_overrides`) or with `sam deploy --parameter-overrides`. "
        "In alarms, `E` is the environment and `L` the lane; each has a runbook.",
        *_sections("The platform: template.yaml", read_template(PLATFORM)),
        *_sections("A lane of the order desk: lane.yaml", read_template(LANE)),
    ]
    return "\n\n".join(parts) + "\n"


def _sections(title: str, template: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {title}"
    yield f"### Parameters\n\n{_parameters(template['Parameters'])}"
    yield f"### Outputs\n\n{_outputs(template['Outputs'])}"
    yield f"### Alarms\n\n{_alarms(alarms(template))}"


def _parameters(parameters: Mapping[str, Mapping[str, Any]]) -> str:
    rows = ["| parameter | default | allowed | meaning |", "|---|---|---|---|"]
    for name, one in parameters.items():
        default = "required" if "Default" not in one else f"`{one['Default']}`" if one["Default"] != "" else "empty"
        rows.append(f"| `{name}` | {default} | {_allowed(one)} | {_cell(one.get('Description', ''))} |")
    return "\n".join(rows)


def _allowed(one: Mapping[str, Any]) -> str:
    if "AllowedValues" in one:
        return ", ".join(f"`{value}`" for value in one["AllowedValues"])
    if "MinValue" in one or "MaxValue" in one:
        return f"{one.get('MinValue', '')} to {one.get('MaxValue', '')}"
    return f"`{_cell(one['AllowedPattern'])}`" if "AllowedPattern" in one else ""


def _outputs(outputs: Mapping[str, Mapping[str, Any]]) -> str:
    rows = ["| output | what |", "|---|---|"]
    rows += [f"| `{name}` | {_cell(one.get('Description', ''))} |" for name, one in outputs.items()]
    return "\n".join(rows)


def _alarms(found: Mapping[str, Mapping[str, Any]]) -> str:
    rows = ["| alarm | on | runbook |", "|---|---|---|"]
    for name, one in found.items():
        metric = f"{one.get('Namespace', '')} {one.get('MetricName', '')}".strip()
        topic = alarm_topic(name)
        rows.append(f"| `{name}` | {metric} | [{topic}](../runbooks/{topic}.md) |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
