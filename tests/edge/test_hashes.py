"""Bucket, shard and fingerprint: the edge's and Python's are the same, even, and independent between releases.

Equality is asked of the built function; what needs a million ids is then asked of hashlib, which is the same.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.edge.vectors import world
from tests.edge.vectors.configs import head
from tests.support.edge.replay import code_of, request_event

from edge.engine import EdgeFunction, Result
from edge.njs import Case, run_njs
from gray.release.user_lists import build_shards, place, shard_key

# No header or cookie can carry a control character.
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
SALTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=8, max_size=32)
MILLION = 1_000_000
BUCKETS = 10_000


def asked(identity: str, **more: Any) -> dict[str, Any]:
    """A document's request that may be told its bucket. The edge decodes a cookie and takes its quotes off."""
    cookies = {"uid": identity.replace("%", "%25").replace('"', "%22")}
    return request_event({"uri": "/", "cookies": cookies, "headers": {"x-gray-debug": world.debug(**more)}})


def told_bucket(result: Result) -> int:
    return int(result.page[3].split("bucket=")[1].split(";")[0])


@settings(max_examples=300)
@given(identity=IDS, salt=SALTS)
@example("👩‍👩‍👧", world.SALT)
@example("𝔘\U0010ffff", world.SALT)
@example("x" * 1_024, world.SALT)
@example("%00", world.SALT)
@example('"x"', world.SALT)
def test_the_bucket_is_that_of_hashlib(identity: str, salt: str) -> None:
    store = {"config": head(salt=salt, rules="[]")}
    result = EDGE.run(store, asked(identity, salt=salt))

    assert told_bucket(result) == world.bucket(identity, salt)


@settings(max_examples=300)
@given(identity=IDS, salt=SALTS, shards=st.integers(1, 20_000))
@example("🎈", "l1st-salt", 20_000)
def test_shard_and_fingerprint_are_those_of_hashlib(identity: str, salt: str, shards: int) -> None:
    """The edge asks for the one shard that Python puts the id into, and finds it there alone."""
    digest = hashlib.sha256(f"{salt}:{identity}".encode()).digest()
    number, mark = int.from_bytes(digest[:4]) % shards, int.from_bytes(digest[4:7])
    letters = base64.urlsafe_b64encode(mark.to_bytes(3)).decode()
    config = head(rules=f'[["staff","v2",0,10000,["l","staff",{shards},"{salt}"]]]')
    key = shard_key("staff", number)

    assert place(identity, salt=salt, shards=shards) == (number, mark)
    for shard, lane in ((f"2{letters}", "v2"), (f"2A{letters}AAA", "v1"), ("2", "v1")):
        result = EDGE.run({"config": config, key: shard}, asked(identity))
        assert result.lane == lane, shard
        assert EDGE.read == ["config", key]


def test_njs_agrees_on_letters_that_engines_count_differently() -> None:
    """njs counts code points, QuickJS UTF-16 units; native digests see UTF-8 in both."""
    names = [
        "🎈",
        "👩‍👩‍👧",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
        "e\u0301",
        "\U0010ffff",
        "日本語",
        "a🎈b",
        "\u007f\u0080\u07ff\u0800\uffff\U00010000",
    ]
    ids = names + [chr(point) * 3 for point in range(0x1F300, 0x1F5FF, 7)] + [f"user-{n}" for n in range(500)]
    shards = build_shards(ids, salt="l1st-salt", shards=37)
    rules = '[["staff","v2",0,10000,["l","staff",37,"l1st-salt"]]]'
    store = {"config": head(rules=rules)} | {shard_key("staff", n): value for n, value in enumerate(shards)}

    results = run_njs(code_of("static"), [Case(asked(name), store, world.NOW) for name in ids])

    found = [result for result in results if isinstance(result, Result)]
    assert len(found) == len(ids)
    assert [told_bucket(result) for result in found] == [world.bucket(name) for name in ids]
    assert {result.lane for result in found} == {"v2"}


def test_a_million_ids_fill_ten_thousand_buckets_evenly() -> None:
    """Chi-square with 9,999 degrees of freedom is near to normal: mean 9,999, deviation 141."""
    names = (f"{n}" if n % 2 else f"viewer.{n}@example.com" for n in range(MILLION))
    counts = Counter(_buckets(world.SALT, names))

    expected = MILLION / BUCKETS
    statistic = sum((counts[bucket] - expected) ** 2 for bucket in range(BUCKETS)) / expected
    assert abs(statistic - (BUCKETS - 1)) < 4 * (2 * (BUCKETS - 1)) ** 0.5


@settings(max_examples=1, derandomize=True)
@given(salts=st.lists(SALTS, min_size=2, max_size=2, unique=True))
def test_releases_choose_independently(salts: list[str]) -> None:
    """Of those whom one release takes at 10 %, another takes 10 %, give or take half a percent."""
    taken = [_first_tenth(salt) for salt in salts]

    for members, others in permutations(taken, 2):
        assert abs(len(members) / MILLION - 0.10) < 0.005
        assert abs(len(members & others) / len(members) - 0.10) < 0.005


def _first_tenth(salt: str) -> set[int]:
    return {n for n, bucket in enumerate(_buckets(salt, map(str, range(MILLION)))) if bucket < BUCKETS // 10}


def _buckets(salt: str, names: Iterable[str]) -> Iterable[int]:
    start = hashlib.sha256(f"{salt}:".encode())
    for name in names:
        digest = start.copy()
        digest.update(name.encode())
        yield int.from_bytes(digest.digest()[:4]) * BUCKETS >> 32


class _Edge:
    """The document's function, on a store that changes, and which keys it read."""

    def __init__(self) -> None:
        self.read: Sequence[str] = []
        self._store: dict[str, str] = {}
        self._function = EdgeFunction(code_of("static"), self._get)

    def _get(self, key: str) -> str | None:
        self.read = [*self.read, key]
        return self._store.get(key)

    def run(self, store: dict[str, str], event: dict[str, Any]) -> Result:
        self._store, self.read = store, []
        return self._function.run(event, now=world.NOW)


EDGE = _Edge()
