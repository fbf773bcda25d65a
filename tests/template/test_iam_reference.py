"""Every policy statement has its reason in docs/reference/iam.md."""

from collections import Counter

from tests.support.stack.iam_cases import CASES, case_of
from tests.support.stack.policies import statement_name
from tests.template.iam_reference import statements


def test_every_statement_has_a_case_and_every_case_a_statement() -> None:
    names = Counter(statement_name(owner, statement) for owner, statement in statements())
    assert not [name for name in names if case_of(name) is None]
    assert not set(CASES) - set(names)
    assert not [name for name, number in names.items() if number > 1], "two statements of one owner are one name"


def test_a_case_is_shown_or_says_why_it_is_not() -> None:
    assert not [name for name, case in CASES.items() if (case.shown is None) == (case.unseen == "")]
