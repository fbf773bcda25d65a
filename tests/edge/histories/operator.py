"""What an operator does in a history: changes of the release on the real control plane, in memory."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.edge.histories.browser import IDENTITY_SECRET
from tests.support.aws.memory_aws import MemorySecrets
from tests.support.control.world import KEYS, World

from gray.edge.grants import EdgeKeys
from gray.history.revisions import NotPossible, Revision
from gray.publish.records.publication_log import Record
from gray.publish.repair.cleanup import clean_up
from gray.release.document import Release
from gray.release.user_lists import canonical
from grayctl.actions.edge_keys import key_ids, retired, rotated

__all__ = ["LANES", "RULES", "SALTS", "USERS", "Operator"]

LANES = ("v2", "v3")
USERS = tuple(f"user-{number}" for number in range(12))
# Conditions that a history switches on and off; the padding makes the rules too long for one value of the store.
RULES = ("beta", "staff", "soon", "padding")
SALTS = ("8f3kq1zt", "p0w2m4xa")
_LIST = {"shards": 3, "salt": "ab12"}
_Document = dict[str, Any]


@dataclass
class Operator:
    """`members` has every id that was ever on the list `staff`."""

    world: World
    members: set[str] = field(default_factory=set)
    _releases: dict[int, Release] = field(default_factory=dict)
    _secrets: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, identity: str, percent: int) -> "Operator":
        """A world with two gray lanes and a first release, not published yet. `identity` is a kind, or empty."""
        world = World(secrets=MemorySecrets({"edge-keys": json.dumps({**KEYS, "identity": IDENTITY_SECRET})}))
        for lane in LANES:
            world.register(lane, f"api{lane[1:]}")
        document: _Document = {"salt": SALTS[0], "lanes": list(LANES), "rules": []}
        if identity:
            document["identity"] = {"kind": identity, "sources": ["cookie:uid"]}
        document["rules"].append({"id": "ramp-v2", "lane": "v2", "percent": percent})
        world.save(Release.model_validate(document))
        return cls(world)

    @property
    def now(self) -> float:
        return self.world.time

    @property
    def revision(self) -> Revision:
        found = self.world.control_plane().history.revisions.current()
        assert found
        return found

    @property
    def keys(self) -> EdgeKeys:
        return self.world.control_plane().edge.keys()

    @property
    def secrets(self) -> dict[str, str]:
        """Every key that there ever was, by its id: locations lag."""
        self._secrets |= dict(self.keys.keys)
        return self._secrets

    def release(self, number: int) -> Release:
        """The release of a revision."""
        if number not in self._releases:
            self._releases[number] = self.world.control_plane().history.revisions.get(number).release()
        return self._releases[number]

    # changes of the document

    def ramp(self, lane: str, percent: int) -> None:
        def change(document: _Document) -> None:
            rule = _rule(document, f"ramp-{lane}")
            if rule:
                rule["percent"] = percent
            else:
                document["rules"].append({"id": f"ramp-{lane}", "lane": lane, "percent": percent})

        self._save(change)

    def switch_on(self, kind: str, lane: str, *, first: bool, minutes: int) -> None:
        """Puts in a rule (or the same rule for another lane), first or last."""

        def change(document: _Document) -> None:
            if kind == "staff" and ("staff" not in document.get("lists", {}) or not document.get("identity")):
                return
            others = [rule for rule in document["rules"] if rule["id"] != kind]
            rule = {"id": kind, "lane": lane, "when": self._when(kind, minutes)}
            document["rules"] = [rule, *others] if first else [*others, rule]

        self._save(change)

    def switch_off(self, rule_id: str) -> None:
        def change(document: _Document) -> None:
            document["rules"] = [rule for rule in document["rules"] if rule["id"] != rule_id]

        self._save(change)

    def put_list(self, ids: Collection[str]) -> None:
        """Puts the list `staff`, and says truly whether ids were only added."""
        before = self.revision.release().lists.get("staff")
        former = set(self.world.control_plane().history.lists().ids(before.digest)) if before else set()
        content = sorted(map(canonical, ids))
        digest = sha256("\n".join(content).encode()).hexdigest()
        self.world.upload_list(digest, content)
        self.members |= set(content)

        def change(document: _Document) -> None:
            document.setdefault("lists", {})["staff"] = {"digest": digest, "ids": len(content), **_LIST}

        self._save(change, only_added=former <= set(content))

    def new_release(self) -> None:
        """Another rollout: nobody's bucket stays."""

        def change(document: _Document) -> None:
            document["salt"] = SALTS[document["salt"] == SALTS[0]]

        self._save(change)

    def _save(self, change: Callable[[_Document], None], *, only_added: bool = True) -> None:
        document = json.loads(self.revision.document)
        change(document)
        self.world.save(Release.model_validate(document), ids_only_added={"staff": only_added})

    def _when(self, kind: str, minutes: int) -> _Document:
        beta = {"cookie": {"name": "beta", "exists": True}}
        ends = datetime.fromtimestamp(int(self.now) + 60 * minutes, UTC).isoformat()
        conditions: dict[str, _Document] = {
            "beta": beta,
            "staff": {"list": "staff"},
            "soon": {"all": [beta, {"time": {"to": ends}}]},
            "padding": {"cookie": {"name": "never", "one_of": [f"{number}" * 200 for number in range(9)]}},
        }
        return conditions[kind]

    # changes of the state

    def change_state(self, verb: str) -> None:
        """`pause`, `resume`, `undo`, `finish`; nothing where HEAD does not allow it."""
        self.world.time += 1
        revisions = self.world.control_plane().history.revisions
        try:
            getattr(revisions, verb)(author="anna", reason="history", via="cli", base=revisions.head())
        except NotPossible:
            return

    def kill(self, *, directly: bool) -> None:
        if directly:
            self.world.kill_directly()
        else:
            self.world.kill()

    # publishing

    def publish(self, person: str = "") -> Record:
        return self.world.publish(person=person)

    def run_schedule(self) -> None:
        self.world.scheduled()
        clean_up(self.world.control_plane())

    def change_keys(self) -> None:
        """Rotates; when there are two keys already, retires the older one."""
        assert self.secrets  # those of now are remembered
        text = self.world.secrets.values["edge-keys"]
        after = retired(text) if len(key_ids(text)) > 1 else rotated(text)
        self.world.secrets.values["edge-keys"] = after


def _rule(document: _Document, rule_id: str) -> _Document | None:
    return next((rule for rule in document["rules"] if rule["id"] == rule_id), None)
