"""Every alarm of the template has a runbook."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PER_FUNCTION = re.compile(r"^(edge-[a-z]+)-.+$")


def runbook_of(alarm: str) -> str:
    """`graylane-<environment>-` before and the lane or edge function behind are not part of a runbook's name."""
    name = re.sub(r"-(v1|\$\{GrayLane\})$", "", alarm)
    return PER_FUNCTION.sub(r"\1", name)


def test_every_alarm_has_a_runbook() -> None:
    alarms = re.findall(r"AlarmName: !Sub graylane-\$\{Environment\}-(\S+)", (ROOT / "template.yaml").read_text())
    assert alarms
    runbooks = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert {runbook_of(alarm) for alarm in alarms} <= runbooks
