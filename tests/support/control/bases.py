"""The worlds that scenarios begin in. Each is made once; executions fork it."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from tests.explore.edge import SALT
from tests.support.control.steady_world import SteadyServices, SteadyWorld, quiet
from tests.support.control.world import PREFIX, release

from gray.release.document import Release
from sync.runs import by_schedule

__all__ = [
    "LARGE",
    "SMALL",
    "killed",
    "list_of",
    "plain",
    "published",
    "refused",
    "scheduled",
    "tampered",
    "with_parts",
]

# No lease ends while a scenario is explored, but where that is what it is about.
LONG = 100_000
# More rules than fit into one value of the store, so that the config has parts.
_MANY = [{"id": f"rule{n}", "lane": "v2", "when": {"path": f"/somewhere/quite/far/below/{n}/*"}} for n in range(16)]
_CROWD = [f"m{n}" for n in range(150)]
# Lists by a name of ours; with the crowd, almost every shard of a long list differs.
LISTS: dict[str, list[str]] = {
    "first": ["member", "former"],
    "second": ["member"],
    "third": ["member", "third"],
    "crowd": ["member", "former", *_CROWD],
    "other crowd": ["member", *(f"n{n}" for n in range(150))],
}
# A store of more than 50 keys is not read whole, and is changed in several calls.
SMALL, LARGE = 3, 60


def plain(percent: float | None = 20, **more: Any) -> Release:
    return release(percent, salt=SALT, **{"lease_minutes": LONG, **more})


def with_parts(percent: float) -> Release:
    return plain(percent, rules=[*_MANY, {"id": "ramp", "lane": "v2", "percent": percent}])


def list_of(name: str | None, *, shards: int = SMALL, beside: bool = False) -> Release:
    """A release that asks for the list `staff`, or for none any more; `beside` it, always, for a long one."""
    rules, lists = [{"id": "ramp", "lane": "v2", "percent": 20}], {}
    for list_name, ids, count in (("crew", "crowd" if beside else None, LARGE), ("staff", name, shards)):
        if ids:
            entry = {"digest": _digest(LISTS[ids]), "ids": len(LISTS[ids]), "shards": count, "salt": "ab12"}
            lists[list_name] = entry
            rules = [{"id": list_name, "lane": "v2", "when": {"list": list_name}}, *rules]
    return plain(rules=rules, lists=lists)


def _digest(ids: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest()


def scheduled(world: SteadyWorld, times: int = 1) -> None:
    with quiet():
        for _ in range(times):
            by_schedule(SteadyServices(world))


def published(*releases: Release, lane: bool = True) -> SteadyWorld:
    """A world in which these were published, one after the other, and drift was looked for just now."""
    world = SteadyWorld()
    if lane:
        world.register()
    for ids in LISTS.values():
        world.upload_list(_digest(ids), ids)
    for one in releases:
        world.save(one)
        scheduled(world)
    return world


def killed(*, resumed_ago: float | None = None) -> SteadyWorld:
    """A release that was killed; `resumed_ago` seconds ago it was resumed."""
    world = published(plain(20))
    world.kill()
    scheduled(world)
    if resumed_ago is not None:
        revisions = world.control_plane().history.revisions
        revisions.resume(author="resume", reason="it is out", via="cli", base=revisions.head())
        scheduled(world)
        world.time += resumed_ago
    return world


def refused() -> SteadyWorld:
    """Published is revision 1; HEAD is revision 2, which is refused: its lane does not answer. An hour later."""
    world = published(plain(20))
    world.unhealthy["v2"] = "status 500"
    world.save(plain(40))
    scheduled(world)
    world.time += 3700
    return world


def tampered(world: SteadyWorld, key: str = "config") -> SteadyWorld:
    """An hour later, with a key of the store (or the parameter) changed by hand."""
    world.time += 3700
    if key == "current":
        world.ssm.put_parameter(Name=f"{PREFIX}/current", Value="{}", Type="String", Overwrite=True)
    else:
        world.store.tamper({key: world.store.items[key] + " "})
    return world


@cache
def rotated_keys() -> str:
    """The secret after a rotation: a new key signs, the one before still counts."""
    return json.dumps({"identity": "", "newest": "b", "b": "B" * 43, "a": "A" * 43})
