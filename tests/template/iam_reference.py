"""docs/reference/iam.md: every policy statement of the template, why it is there, and how that is shown.

`python -m tests.template.iam_reference` writes it.
"""

from collections.abc import Iterator
from typing import Any

from tests.support.project.deployment import ROOT, deployed
from tests.support.stack.iam_cases import case_of
from tests.support.stack.policies import statement_name

PAGE = ROOT / "docs" / "reference" / "iam.md"
POLICIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy")
HEAD = """# What each part may do

Every policy statement of template.yaml. `make test-iam` takes away each one that the local stack evaluates, and sees
the scenario fail (tests/support/stack/probes.py). The others are [to be seen on AWS](../verify-on-aws.md).

| owner | may | why | shown |
|---|---|---|---|
"""


def statements() -> Iterator[tuple[str, Any]]:
    """Owner and statement, of a deployment that has everything."""
    for name, resource in deployed("prod", Part="all", AlarmEmail="ops@shop.example").resources.items():
        if resource["Type"] in POLICIES:
            properties = resource["Properties"]
            own = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
            for document in [*(one["PolicyDocument"] for one in properties.get("Policies", [])), *own]:
                yield from ((name, statement) for statement in document["Statement"])


def page() -> str:
    """The text of the page."""
    return HEAD + "".join(_row(owner, statement) for owner, statement in statements())


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
