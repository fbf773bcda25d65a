"""The published set in S3: complete, without secrets, and never an older one over a newer."""

import json
from typing import Any, cast

import pytest
from tests.support.aws.memory_aws import MemoryS3
from tests.support.control.world import release

from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp, killed_config, mask, unmask
from gray.edge.grants import EdgeKeys, release_key, sign_pin
from gray.publish.records.backup import EdgeConfig
from gray.release.origin import Origin

A, B = "A" * 43, "B" * 43
SECRET = "a key of the identity, 32 bytes or more"
QUOTED = "a%20key%20of%20the%20identity%2C%2032%20bytes%20or%20more"
DERIVED = {name: release_key(secret, "salt") for name, secret in (("a", A), ("b", B))}
SEAL = sign_pin(EdgeKeys((("b", B),)), salt="salt", lane="v2", epoch=2, expiry=1800).split(".", 4)[4]
CONFIG = (
    f"2a|2|7|3|1800|s,c,uid|,v2:{SEAL}::api:a/live,|b|{DERIVED['b']}|eu|,a:{DERIVED['a']},|0|salt|{QUOTED}| js |\n"
    '[["ramp","v2",0,2000]];'
)
KILLED = killed_config(7, 3, 2)


def test_no_secret_is_left_and_all_come_back() -> None:
    masked = mask(CONFIG)

    assert [secret for secret in (*DERIVED.values(), *SEAL.split("."), QUOTED) if secret in masked] == []
    assert unmask(masked, _keys(SECRET, b=B, a=A)) == CONFIG


def test_a_key_that_has_been_dropped_since_is_left_out() -> None:
    assert f"|b|{DERIVED['b']}|eu||" in unmask(mask(CONFIG), _keys(SECRET, b=B))
    assert f"|a|{DERIVED['a']}|eu||" in unmask(mask(CONFIG), _keys(SECRET, a=A))


def test_the_store_never_has_a_key_that_another_release_could_use() -> None:
    lanes = {"v2": (Origin("api", "rest-api", "api2", "live"),)}
    config = compile_release(
        release(20), Stamp(7, 3, 2, until=1800), EdgeContext(lanes, "eu-central-1", _keys("", b=B, a=A))
    ).config

    assert A not in config
    assert B not in config


def test_a_secret_of_any_characters_comes_back_as_it_was_compiled() -> None:
    keys = _keys("it's (a) secret! ~ * / | , : of enough bytes", a=A)
    identity = {"kind": "signed", "sources": ["cookie:uid"]}
    lanes = {"v2": (Origin("api", "rest-api", "api2", "live"),)}
    config = compile_release(
        release(20, identity=identity), Stamp(7, 3, 2, until=1800), EdgeContext(lanes, "eu-central-1", keys)
    ).config

    assert unmask(mask(config), keys) == config


def test_a_killed_config_has_no_secrets() -> None:
    assert mask(KILLED) == KILLED == unmask(KILLED, _keys("", a=A))


def test_the_set_is_in_the_import_format_of_a_store() -> None:
    s3 = MemoryS3()
    _edge_config(s3).write({"config": KILLED, "fence": "7"}, Stamp(7, 3, 2, "killed"), "")

    body = json.loads(s3.objects["bucket", "edge-config.json"]["Body"])

    assert body == {"data": [{"key": "config", "value": KILLED}, {"key": "fence", "value": "7"}]}


def test_an_older_set_does_not_replace_a_newer_one() -> None:
    edge_config = _edge_config(MemoryS3())

    assert edge_config.write({"fence": "8"}, Stamp(8, 3, 2, "active"), "")
    assert not edge_config.write({"fence": "7"}, Stamp(7, 3, 2, "active"), "")
    assert edge_config.read() == {"fence": "8"}


def test_a_newer_set_that_came_in_between_stays() -> None:
    s3 = MemoryS3()
    racing = _Racing(s3)

    assert not EdgeConfig(cast(Any, racing), "bucket").write({"fence": "7"}, Stamp(7, 3, 2, "active"), "")
    assert _edge_config(s3).read() == {"fence": "8"}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data":[1]}', b"\xff"])
def test_a_broken_set_is_an_error_of_one_kind(body: bytes) -> None:
    s3 = MemoryS3()
    s3.put_object(Bucket="bucket", Key="edge-config.json", Body=body)

    with pytest.raises(ValueError, match=r"."):
        _edge_config(s3).read()


def test_no_set_is_empty() -> None:
    assert _edge_config(MemoryS3()).read() == {}
    assert _edge_config(MemoryS3()).saved() is None


class _Racing:
    """Lets another run put its set once, after the object was looked at."""

    def __init__(self, s3: MemoryS3) -> None:
        self._s3 = s3
        self._raced = False

    def put_object(self, **given: Any) -> dict[str, Any]:
        if not self._raced:
            self._raced = True
            _edge_config(self._s3).write({"fence": "8"}, Stamp(8, 3, 2, "active"), "")
        return self._s3.put_object(**given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)


def _edge_config(s3: MemoryS3) -> EdgeConfig:
    return EdgeConfig(cast(Any, s3), "bucket")


def _keys(identity: str, **keys: str) -> EdgeKeys:
    return EdgeKeys(tuple(keys.items()), identity)
