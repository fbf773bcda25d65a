"""`grayctl explain`: the edge's own answer, byte for byte."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.aws.strict_store import ARN, StrictStore
from tests.support.control.world import World, release
from tests.support.grayctl.grayctl_stack import SALT, Grayctl, Stack

from edge.engine import EdgeFunction
from gray.edge.grants import sign_cookie, sign_debug, sign_link
from gray.history.list_files import list_file_key
from gray.publish.store.store import Store, StoreUnavailable
from gray.release.document import Release
from grayctl.actions.user_lists import read_ids
from grayctl.errors import UnreachableError, UsageError
from grayctl.reading.explain import BUILT, Viewer, explain, published

STAFF = {"staff": {"digest": "1" * 64, "ids": 2, "shards": 3, "salt": "ab12"}}
RULES: list[dict[str, Any]] = [
    {"id": "staff", "lane": "v2", "when": {"list": "staff"}},
    {"id": "alps", "lane": "v2", "when": {"all": [{"country": ["AT", "CH"]}, {"device": "mobile"}]}},
    {"id": "team", "lane": "v2", "when": {"header": {"name": "X-Team", "one_of": ["red", "blue"]}}},
    {"id": "beta", "lane": "v2", "when": {"query": {"name": "beta", "exists": True}}},
    {"id": "office", "lane": "v2", "when": {"ip": "10.0.0.0/8"}},
    {"id": "shop", "lane": "v2", "when": {"path": "/shop/*"}, "percent": 50},
    {"id": "late", "lane": "v2", "when": {"time": {"from": "2099-01-01T00:00:00Z"}}},
]


@pytest.fixture(scope="module")
def world() -> World:
    """A published release with every kind of rule, long enough for parts."""
    world = World()
    world.register()
    world.upload_list("1" * 64, ["bob", "übel"])
    padding = [{"id": f"p{n}", "lane": "v2", "when": {"path": f"/a/path/nobody/asks/for/{n}/*"}} for n in range(15)]
    world.save(release(rules=[*RULES, *padding], lists=STAFF))
    world.publish()
    assert "c.1.2" in world.store.items
    return world


def of(world: World) -> Store:
    return Store(world.store, ARN)  # type: ignore[arg-type]


def edge_says(world: World, event: dict[str, Any]) -> str:
    """The header `x-gray` of the deployed functions, for a request that carries a signed permission."""
    keys, now = world.control_plane().edge.keys(), int(world.time)
    event["request"]["headers"]["x-gray-debug"] = {"value": sign_debug(keys, salt="8f3kq1zt", expiry=now + 60)}
    name = "request_api" if event["request"]["uri"].startswith("/api/") else "request_static"
    location = world.store.fresh()
    went = EdgeFunction((BUILT / f"{name}.js").read_text(), location).run(event, now=now).value
    back = EdgeFunction((BUILT / "response.js").read_text(), location).run(
        {"request": went, "response": {"statusCode": 200, "headers": {}}}, now=now
    )
    return str(back.value["headers"]["x-gray"]["value"])


def event_of(uri: str, ip: str, **fields: dict[str, str]) -> dict[str, Any]:
    """Written out here, so that it is compared with what explain makes of the facts."""
    given = {name: {key: {"value": value} for key, value in values.items()} for name, values in fields.items()}
    request = {"method": "GET", "uri": uri, "querystring": {}, "headers": {}, "cookies": {}, **given}
    return {"context": {"requestId": "grayctl-explain"}, "viewer": {"ip": ip}, "request": request}


@settings(max_examples=60, derandomize=True)
@given(
    user=st.sampled_from(["", "bob", "übel", "ann", "cleo", "dora", "😀"]),
    path=st.sampled_from(["/", "/shop/a", "/api/orders"]),
    country=st.sampled_from(["", "AT", "DE"]),
    device=st.sampled_from(["", "mobile", "tablet"]),
    ip=st.sampled_from(["10.1.2.3", "192.0.2.1", "2001:db8::1"]),
    team=st.sampled_from(["", "red", "green"]),
    beta=st.booleans(),
)
def test_it_is_the_debug_answer_byte_for_byte(
    world: World, user: str, path: str, country: str, device: str, ip: str, team: str, beta: bool
) -> None:
    headers = {"cloudfront-viewer-country": country} if country else {}
    if device:
        headers |= {f"cloudfront-is-{kind}-viewer": str(kind == device).lower() for kind in ("mobile", "tablet")}
    event = event_of(
        path,
        ip,
        cookies={"uid": user} if user else {},
        headers=headers | ({"x-team": team} if team else {}),
        querystring={"beta": "1"} if beta else {},
    )

    found = explain(
        Viewer(
            path=path,
            is_api=path.startswith("/api/"),
            identity=user,
            headers=[("X-Team", team)] if team else [],
            query=[("beta", "1")] if beta else [],
            country=country,
            device=device,
            ip=ip,
            now=int(world.time),
        ),
        published(of(world)),
    )

    assert found.text == edge_says(world, event)


def test_every_rule_is_met(world: World) -> None:
    now = int(world.time)
    viewers = {
        "staff": Viewer(identity="bob", now=now),
        "alps": Viewer(country="CH", device="mobile", now=now),
        "team": Viewer(headers=[("X-Team", "blue")], now=now),
        "beta": Viewer(query=[("beta", "")], now=now),
        "office": Viewer(ip="10.9.9.9", now=now),
        "default": Viewer(now=now),
    }

    assert {name: explain(viewer, published(of(world))).reason for name, viewer in viewers.items()} == {
        name: name for name in viewers
    }
    later = Viewer(now=4_080_000_000)  # the lease is over long before that rule begins
    assert explain(later, published(of(world))).reason == "expired"


def test_a_grant_is_sticky_and_a_link_is_answered_by_the_edge(world: World) -> None:
    keys, now = world.control_plane().edge.keys(), int(world.time)
    grant = sign_cookie(keys, salt="8f3kq1zt", id="a" * 22, lane="v2", epoch=1, expiry=now + 60)
    link = sign_link(keys, salt="8f3kq1zt", lane="v2", epoch=1, expiry=now + 60)

    held = explain(Viewer(cookies=[("__Host-gray", grant)], now=now), published(of(world)))
    led = explain(Viewer(query=[("gray-link", link)], now=now), published(of(world)))

    assert (held.lane, held.reason) == ("v2", "sticky")
    assert led.status == 302


@pytest.mark.parametrize(("second", "reason"), [("bob", "staff"), ("ann", "default")])
def test_a_cookie_sent_twice_is_sent_twice(world: World, second: str, reason: str) -> None:
    viewer = Viewer(cookies=[("uid", "bob"), ("uid", second)], now=int(world.time))
    assert explain(viewer, published(of(world))).reason == reason


@pytest.mark.parametrize("sent", ["ada%40example.com", '"ada@example.com"', "ada@example.com"])
def test_an_identity_as_cookie_libraries_send_it_is_the_same_person(world: World, sent: str) -> None:
    # Public report 3: the id told by name and the cookie that browsers send were two persons.
    by_name = explain(Viewer(identity="ada@example.com", now=int(world.time)), published(of(world)))
    by_cookie = explain(Viewer(cookies=[("uid", sent)], now=int(world.time)), published(of(world)))
    assert by_cookie.text == by_name.text


def test_killed_says_so_though_the_edge_tells_nobody() -> None:
    world = World()
    world.register()
    world.save(release())
    world.publish()
    world.kill()
    world.publish()

    found = explain(Viewer(identity="bob", now=int(world.time)), published(of(world)))

    assert (found.text, found.lane, found.reason) == ("", "v1", "killed")


def test_a_store_that_does_not_answer_is_no_missing_key(world: World) -> None:
    broken = StrictStore()
    broken.restore(world.store)
    see = published(Store(broken, ARN))  # type: ignore[arg-type]
    see("config")
    broken.fail = StoreUnavailable("gone")

    with pytest.raises(UnreachableError, match="gone"):
        explain(Viewer(identity="bob", now=int(world.time)), see)


def test_an_identity_where_the_release_knows_none() -> None:
    world = World()
    world.register()
    world.save(release(identity=None))
    world.publish()

    with pytest.raises(UsageError, match="no identity"):
        explain(Viewer(identity="bob", now=int(world.time)), published(of(world)))


# The command


def save(stack: Stack, **more: Any) -> Release:
    document = {"salt": SALT, "lanes": ["v2"], "identity": {"kind": "plain", "sources": ["cookie:uid"]}, **more}
    saved = Release.model_validate(document)
    stack.revisions.save(saved, author="a", reason="r", via="cli", base=stack.revisions.head())
    return saved


def test_by_a_revision(stack: Stack, grayctl: Grayctl) -> None:
    save(stack, rules=[{"id": "alps", "lane": "v2", "when": {"country": "AT"}}])
    save(stack, rules=[])

    none = grayctl("explain", "--revision", "9")
    first = grayctl("explain", "--revision", "1", "--country", "AT", "--id", "ada")
    second = grayctl("explain", "--revision", "2", "--country", "AT", "--json")

    assert (none.code, "revision 9 does not exist" in none.err) == (2, True)
    assert first.code == 0
    bucket = int.from_bytes(sha256(f"{SALT}:ada".encode()).digest()[:4]) * 10_000 >> 32
    assert first.out.splitlines()[0] == f"v2; rule=alps; bucket={bucket}; revision=1; epoch=1; location=FRA"
    assert second.json == {
        "environment": "test",
        "source": "revision 2",
        "x_gray": second.json["x_gray"],
        "lane": "v1",
        "rule": "default",
        "bucket": second.json["bucket"],
        "revision": 2,
        "epoch": 2,
        "status": None,
    }
    assert second.json["x_gray"].startswith("v1; rule=default; bucket=")


def test_by_a_file_and_its_list(stack: Stack, grayctl: Grayctl, project: Path) -> None:
    ids = project / "ids.txt"
    ids.write_text("ada\nbob\n")
    stack.s3.put_object(Bucket="graylane-test-edge-config", Key=list_file_key("2" * 64), Body=ids.read_bytes())
    entry = {"digest": "2" * 64, "ids": len(read_ids(ids).ids), "shards": 1, "salt": "ab12"}
    document = {
        "salt": SALT,
        "lanes": ["v2"],
        "identity": {"kind": "plain", "sources": ["cookie:uid"]},
        "lists": {"staff": entry},
        "rules": [{"id": "staff", "lane": "v2", "when": {"list": "staff"}}],
    }
    file = project / "release.json"
    file.write_text(json.dumps(document))

    on_it = grayctl("explain", "--file", str(file), "--id", "bob", "--json")
    not_on_it = grayctl("explain", "--file", str(file), "--cookie", "uid=cleo", "--json")
    file.write_text(json.dumps(document).replace("2" * 64, "3" * 64))
    gone = grayctl("explain", "--file", str(file), "--id", "bob")

    assert (on_it.json["lane"], on_it.json["rule"]) == ("v2", "staff")
    assert (not_on_it.json["lane"], not_on_it.json["rule"]) == ("v1", "default")
    assert (gone.code, "no list file" in gone.err) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--revision", "1", "--file", "x"], "one of --revision and --file"),
        (["--device", "fridge"], "unknown device 'fridge'"),
        (["--path", "orders"], "not a path"),
        (["--cookie", "uid"], "lacks a name or `=`"),
        (["--time", "yesterday"], "not a time"),
    ],
)
def test_what_cannot_be_meant(project: Path, grayctl: Grayctl, arguments: list[str], said: str) -> None:
    """Said before AWS is asked for anything: there is none here."""
    outcome = grayctl("explain", *arguments)
    assert outcome.code == 2
    assert said in outcome.err


def test_signed_identities_are_signed(stack: Stack, grayctl: Grayctl) -> None:
    keys = {"identity": "i" * 40, "newest": "a", "a": "A" * 43}
    stack.secrets.put_secret_value(SecretId="graylane/test/edge-keys", SecretString=json.dumps(keys))
    rules = [{"id": "ramp", "lane": "v2", "percent": 100}]
    save(stack, rules=rules, identity={"kind": "jwt", "claim": "sub", "sources": ["header:authorization"]})
    save(stack, rules=rules, identity={"kind": "signed", "sources": ["cookie:uid"]})
    save(stack, rules=rules)

    buckets = {grayctl("explain", "--revision", str(n), "--id", "ada", "--json").json["bucket"] for n in (1, 2, 3)}

    assert len(buckets) == 1
