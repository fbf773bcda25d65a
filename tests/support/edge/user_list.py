"""A list as the edge asks it: the built function on the shards, for one identity after the other."""

from collections.abc import Iterable, Sequence

from tests.support.edge.api_function import answer_of, api_function, request_of
from tests.support.release.documents import document

from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp
from gray.edge.grants import EdgeKeys
from gray.release.origin import Origin
from gray.release.user_lists import shard_key

__all__ = ["NOW", "Asked", "on_the_list"]

NOW = 1_800_000_000


class Asked:
    """A location that has a release whose only rule is the list `staff`; `reads` are the keys it was asked for."""

    def __init__(self, values: Sequence[str], *, salt: str, ids: int = 1) -> None:
        entry = {"digest": "1" * 64, "ids": ids, "shards": len(values), "salt": salt}
        release = read_release(
            document(lists={"staff": entry}, rules=[{"id": "staff", "lane": "v2", "when": {"list": "staff"}}])
        )
        compiled = compile_release(
            release,
            Stamp(1, 1, 1, until=NOW + 3_600),
            EdgeContext(
                {"v2": (Origin("api", "rest-api", "api2", "live"),)}, "eu-central-1", EdgeKeys((("a", "A" * 43),))
            ),
        )
        self.keys: dict[str, str] = {shard_key("staff", number): value for number, value in enumerate(values)}
        self.keys["config"] = compiled.config
        self.reads: list[str] = []
        self._function = api_function(self._get)

    def _get(self, key: str) -> str | None:
        self.reads.append(key)
        return self.keys.get(key)

    def reason(self, identity: str) -> str:
        """`staff`, `default`, or why it could not be told."""
        self.reads.clear()
        return answer_of(self._function.run(request_of(identity), now=NOW)).reason


def on_the_list(asked: Asked, identities: Iterable[str]) -> list[str]:
    """Those of the identities that the edge takes for members."""
    return [identity for identity in identities if asked.reason(identity) == "staff"]
