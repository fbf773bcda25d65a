"""docs/reference/iam.md: every policy statement of the templates, why it is there, and how that is shown.

`python -m tests.template.iam_reference` writes it.
"""

from collections.abc import Iterator
from typing import Any

from tests.support.project.deployment import LANE, PLATFORM, ROOT, before_stable, deployed
from tests.support.stack.iam_cases import case_of
from tests.support.stack.policies import statement_name

PAGE = ROOT / "docs" / "reference" / "iam.md"
POLICIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy")
HEAD = """# What each part may do

Every policy statement of the platform's template and of a lane's. `make test-iam` takes away each one that the local
stack evaluates, and sees the scenario fail (tests/support/stack/probes.py). The others are
[to be seen on AWS](../verify-on-aws.md).
"""
TABLE = """
## {}

| owner | may | why | shown |
|---|---|---|---|
"""


def statements(written: str) -> Iterator[tuple[str, Any]]:
    """Owner and statement, of a stack that has everything which the template says of policies."""
    stack = before_stable("prod", AlarmEmail="ops@shop.example") if written == PLATFORM else deployed("prod-v1")
    for name, resource in stack.resources.items():
        if resource["Type"] in POLICIES:
            properties = resource["Properties"]
            own = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
            for document in [*(one["PolicyDocument"] for one in properties.get("Policies", [])), *own]:
                yield from ((name, statement) for statement in document["Statement"])


def page() -> str:
    """The text of the page."""
    return HEAD + "".join(
        TABLE.format(written) + "".join(_row(owner, statement) for owner, statement in statements(written))
        for written in (PLATFORM, LANE)
    )


def _row(owner: str, statement: Any) -> str:
    name = statement_name(owner, statement)
    case = case_of(name)
    if case is None:
        raise LookupError(f"tests/support/stack/iam_cases.py does not know {name}")
    actions = name.removeprefix(f"{owner} ").removeprefix("denies ")
    shown = ", ".join(f"`{action}`" for action in actions.split(", "))
    denied = "not: " if statement["Effect"] == "Deny" else ""
    return f"| {owner} | {denied}{shown} | {case.why} | {case.proof} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
