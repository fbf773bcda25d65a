"""A lane's origins reach the edge as they are: written, masked and restored, and chosen by the built function."""

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.edge.api_function import api_function, request_of
from tests.support.release.documents import document
from tests.support.release.origins import origins

from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp, again, lanes_of, mask, origins_text, unmask
from gray.edge.grants import EdgeKeys, sign_pin
from gray.release.origin import Origin, Origins, valid

KEYS = EdgeKeys((("a", "k" * 43), ("b", "l" * 43)), "i" * 43)
UNTIL = 1_800_000_000
REGION = "eu-central-1"
RELEASE = read_release(document(lanes=["v2", "v3"], rules=[]))
STORE: dict[str, str] = {}
EDGE = api_function(STORE.get)
PIN = sign_pin(KEYS, salt=RELEASE.salt, lane="v2", epoch=12, expiry=UNTIL)
FEW = settings(max_examples=60, derandomize=True, database=None, deadline=None)


@FEW
@given(origins(), origins())
def test_what_is_written_is_read_and_survives_the_backup(two: Origins, three: Origins) -> None:
    assert valid(two)
    assert valid(three)
    config = _config({"v2": two, "v3": three})
    texts = {"v2": origins_text(two), "v3": origins_text(three)}

    assert lanes_of(config) == texts
    assert unmask(mask(config), KEYS) == config
    assert lanes_of(unmask(again(mask(config), 8, {"v3": texts["v3"]}), KEYS)) == {"v3": texts["v3"]}


@FEW
@given(origins(), st.data())
def test_the_edge_takes_the_origin_of_the_longest_path_prefix(lane: Origins, data: st.DataObject) -> None:
    STORE["config"] = _config({"v2": lane})
    prefixes = [prefix or "/" for origin in lane for prefix in origin.paths]
    uri = data.draw(st.sampled_from(["/", "/other/path", *prefixes, *(f"{prefix}x/y" for prefix in prefixes)]))
    event = request_of("ann")
    event["request"]["uri"] = uri
    event["request"]["headers"]["x-gray-pin"] = {"value": PIN}

    result = EDGE.run(event, now=UNTIL - 60)

    expected = _expected(lane, uri)
    assert result.value["headers"]["x-gray-version"]["value"] == ("v2" if expected else "v1")
    assert (result.origin["arguments"] if result.origin else []) == expected


def _config(lanes: dict[str, Origins]) -> str:
    """The compiled config. Examples for which the head has no room are left out."""
    assume(sum(len(origins_text(origins)) for origins in lanes.values()) < 500)
    return compile_release(RELEASE, Stamp(7, 3, 12, until=UNTIL), EdgeContext(lanes, REGION, KEYS)).config


def _expected(lane: Origins, uri: str) -> list[dict[str, Any]]:
    fitting = [(prefix, origin) for origin in lane for prefix in origin.paths if uri.startswith(prefix)]
    return [_asked(max(fitting, key=lambda pair: len(pair[0]))[1])] if fitting else []


def _asked(origin: Origin) -> dict[str, Any]:
    """What CloudFront is asked for."""
    api, url = f"{origin.address}.execute-api.{REGION}.amazonaws.com", f"{origin.address}.lambda-url.{REGION}.on.aws"
    host = {"rest-api": api, "http-api": api, "function-url": url, "url": origin.address}[origin.kind]
    asked: dict[str, Any] = {"domainName": host, "originPath": f"/{origin.path}" if origin.path else ""}
    if origin.signed:
        asked["originAccessControlConfig"] = {
            "enabled": True,
            "signingBehavior": "always",
            "signingProtocol": "sigv4",
            "originType": "lambda",
        }
    return asked
