"""Which new revision takes grants back: every one, but for those that provably only add."""

from typing import Any

import pytest
from tests.support.release.documents import Document, document, rule, user_list

from gray.release.document import Release
from gray.release.epoch import raises_epoch

STAFF = {"id": "staff", "lane": "v2", "when": {"list": "staff"}}
OTHERS = {"id": "others", "lane": "v2", "when": {"not": {"list": "staff"}}}
LISTED = document(rules=[STAFF, rule()], lists={"staff": user_list()})
GROWN = {"staff": user_list(digest="b" * 64, ids=101)}
TWO = document(rules=[rule(id="a", percent=5), rule(id="b", percent=10)])
LANES = document(lanes=["v2", "v3", "v4"], reserved={"v4": [40, 50]}, rules=[rule(lane="v4", percent=5)])

ADDS: dict[str, tuple[Document, dict[str, Any]]] = {
    "the same": (TWO, {}),
    "a note": (TWO, {"note": "why"}),
    "a longer lease": (TWO, {"lease_minutes": 2_000}),
    "a shorter lease": (TWO, {"lease_minutes": 60}),
    "a pause": (TWO, {"state": "paused"}),
    "more percent": (TWO, {"rules": [rule(id="a", percent=5), rule(id="b", percent=11)]}),
    "more percent, twice": (TWO, {"rules": [rule(id="a", percent=6), rule(id="b", percent=11)]}),
    "a rule last": (TWO, {"rules": [*TWO["rules"], rule(id="c", percent=20)]}),
    "a lane last": (TWO, {"lanes": ["v2", "v3"]}),
    "ids added": (LISTED, {"lists": GROWN}),
    "a list that nobody asks": (TWO, {"lists": GROWN}),
}
TAKES: dict[str, tuple[Document, dict[str, Any]]] = {
    "another salt": (TWO, {"salt": "another-salt"}),
    "another identity": (TWO, {"identity": {"kind": "plain", "sources": ["cookie:sid"]}}),
    "no identity": (TWO, {"identity": None}),
    "a kill": (TWO, {"state": "killed"}),
    "a resume after a kill": ({**TWO, "state": "killed"}, {"state": "active"}),
    "an end": (TWO, {"state": "finished"}),
    "less percent": (TWO, {"rules": [rule(id="a", percent=5), rule(id="b", percent=9.99)]}),
    "a rule gone": (TWO, {"rules": TWO["rules"][:1]}),
    "a rule first": (TWO, {"rules": [rule(id="c", percent=1), *TWO["rules"]]}),
    "another order": (TWO, {"rules": TWO["rules"][::-1]}),
    "a rule renamed": (TWO, {"rules": [rule(id="z", percent=5), TWO["rules"][1]]}),
    "a rule of another lane": (TWO, {"lanes": ["v2", "v3"], "rules": [rule(id="a", lane="v3"), TWO["rules"][1]]}),
    "a condition added": (TWO, {"rules": [rule(id="a", when={"country": "DE"}), TWO["rules"][1]]}),
    "a percentage taken away": (
        {**TWO, "rules": [rule(when={"country": "DE"})]},
        {"rules": [{"id": "hit", "lane": "v2", "when": {"country": "DE"}}]},
    ),
    "a lane gone": (LANES, {"lanes": ["v2", "v3"], "reserved": {}, "rules": []}),
    "lanes in another order": (LANES, {"lanes": ["v3", "v2", "v4"]}),
    "a reserved range moved": (LANES, {"reserved": {"v4": [41, 51]}}),
    "a list gone": (LISTED, {"lists": {}, "rules": [rule()]}),
    "a list laid out anew": (LISTED, {"lists": {"staff": user_list(shards=2)}}),
    "a list with another salt": (LISTED, {"lists": {"staff": user_list(salt="other-salt")}}),
    "a list restricted": (LISTED, {"lists": {"staff": user_list(restricted=True)}}),
    "ids added under a not": ({**LISTED, "rules": [OTHERS]}, {"lists": GROWN, "rules": [OTHERS]}),
    "ids added deep under a not": (
        {**LISTED, "rules": [{"id": "deep", "lane": "v2", "when": {"all": [{"not": {"any": [STAFF["when"]]}}]}}]},
        {"lists": GROWN},
    ),
}  # fmt: skip


def revision(release: Document) -> Release:
    """Read for its form only: which change is allowed is not asked here."""
    return Release.model_validate(release)


@pytest.mark.parametrize("change", ADDS)
def test_what_only_adds_keeps_the_epoch(change: str) -> None:
    before, changed = ADDS[change]

    assert not raises_epoch(revision(before), revision({**before, **changed}), lambda name: True)


@pytest.mark.parametrize("change", TAKES)
def test_anything_else_raises_it(change: str) -> None:
    before, changed = TAKES[change]

    assert raises_epoch(revision(before), revision({**before, **changed}), lambda name: True)


@pytest.mark.parametrize("only_added", [{}, {"staff": False}, lambda name: False])
def test_a_list_of_which_it_is_not_known_that_ids_were_only_added_raises_it(only_added: Any) -> None:
    assert raises_epoch(revision(LISTED), revision({**LISTED, "lists": GROWN}), only_added)


def test_whether_ids_were_only_added_is_asked_for_changed_lists_only() -> None:
    """The question costs reading both files."""

    def ask(name: str) -> bool:
        raise AssertionError(f"{name} was read")

    assert not raises_epoch(revision(LISTED), revision({**LISTED, "note": "x"}), ask)
