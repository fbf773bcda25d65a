"""Every policy statement has its reason in docs/reference/iam.md."""

from collections import Counter

from tests.support.project.deployment import TEMPLATES, deployed
from tests.support.stack.iam_cases import CASES, case_of
from tests.support.stack.policies import statement_name
from tests.template.iam_reference import statements


def test_every_statement_has_a_case_and_every_case_a_statement() -> None:
    every = set()
    for written in TEMPLATES:
        names = Counter(statement_name(owner, statement) for owner, statement in statements(written))
        assert not [name for name in names if case_of(name) is None]
        assert not [name for name, number in names.items() if number > 1], "two statements of one owner are one name"
        every |= set(names)
    assert not set(CASES) - every


def test_a_gray_lane_may_what_stable_may_but_for_what_is_shared() -> None:
    """So the page, which is made of stable's stack, holds for each lane."""
    roles = {name: one for name, one in deployed("gray").resources.items() if one["Type"] == "AWS::IAM::Role"}
    stable = deployed("prod-v1").resources
    assert roles
    for name, role in roles.items():
        assert str(role).replace("v2", "v1") == str(stable[name]).replace("v2", "v1")


def test_a_case_is_shown_or_says_why_it_is_not() -> None:
    assert not [name for name, case in CASES.items() if (case.shown is None) == (case.unseen == "")]
