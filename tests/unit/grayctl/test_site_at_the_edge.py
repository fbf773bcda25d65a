"""What an upload wrote is where the built edge function looks for it, in each lane and in any state."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.support.release.documents import document, rule

from edge.engine import EdgeFunction
from edge.source import BUILD
from gray.edge.check import read_release
from gray.edge.compile import EdgeContext, compile_release
from gray.edge.config import Stamp, killed_config
from gray.edge.grants import EdgeKeys, sign_cookie
from gray.lanes.parameters import read_parameters
from gray.release.origin import Origin
from grayctl.actions.site.place import SitePlace
from grayctl.actions.site.source import build_site
from grayctl.actions.site.upload import plan_upload, upload_site

KEYS = EdgeKeys((("a", "k" * 43),), "i" * 43)
NOW = 1_800_000_000
SHARED = ["/assets/", "/static/js/"]
OWN = {"/logo.png", "/data.glb", "/a b.csv", "/.well-known/security.txt"}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    pages = {"/index.html", "/about/index.html", "/docs/deep/index.html", "/old.html"}
    for path in (*OWN, *pages, "/assets/app-1a2b.js", "/static/js/chunk.xyz", "/assets/page.html"):
        file = tmp_path / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return tmp_path


@pytest.fixture
def place(web: Path) -> Iterator[SitePlace]:
    """Both lanes' sites are there; v2 is a directory site."""
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="site")
        place = SitePlace(s3, boto3.client("ssm", region_name="us-east-1"), "site", "/gray/test")
        for lane, documents in (("v1", "spa"), ("v2", "directory")):
            upload_site(plan_upload(build_site(web, lane, shared=SHARED, documents=documents), place), place)
        yield place


def published(place: SitePlace) -> str:
    """The config of a release that leads everybody to v2, with the sites that are registered."""
    release = read_release(document(rules=[rule(id="all", percent=100)]))
    return compile_release(
        release,
        Stamp(7, 3, 2, until=NOW + 600),
        EdgeContext(
            {"v2": (Origin("api", "rest-api", "api2", "live"),)},
            "eu-central-1",
            KEYS,
            read_parameters(place.ssm, place.prefix).files,
        ),
    ).config


def found(place: SitePlace, store: Mapping[str, str], path: str, cookie: str = "") -> str:
    """The object that a viewer gets, which has to be there."""
    cookies = {"__Host-gray": {"value": cookie}} if cookie else {}
    event: dict[str, Any] = {
        "version": "1.0",
        "context": {"requestId": "r", "eventType": "viewer-request"},
        "viewer": {"ip": "192.0.2.1"},
        "request": {"method": "GET", "uri": path, "querystring": {}, "headers": {}, "cookies": cookies},
    }
    code = (BUILD / "request_static.js").read_text(encoding="utf-8")
    uri = str(EdgeFunction(code, store.get).run(event, now=NOW).value["uri"])
    key = uri[1:].replace("%20", " ")
    assert key in place.listed(""), key
    return uri


def grant(salt: str) -> str:
    return sign_cookie(KEYS, salt=salt, id="A" * 22, lane="v2", epoch=2, expiry=NOW + 600, identity="")


def test_in_gray(place: SitePlace) -> None:
    store, cookie = {"config": published(place)}, grant(str(document()["salt"]))

    for path in OWN:
        assert found(place, store, path.replace(" ", "%20"), cookie) == f"/v2{path.replace(' ', '%20')}"
    for path in ("/assets/app-1a2b.js", "/static/js/chunk.xyz", "/assets/page.html"):
        assert found(place, store, path, cookie) == found(place, store, path) == path
    for path in ("/", "/about/", "/docs/deep/"):
        assert found(place, store, path, cookie) == f"/v2{path}index.html"
    assert found(place, store, "/old.html", cookie) == "/v2/old.html"
    assert found(place, store, "/v2/graylane.js") == "/v2/graylane.js"


def test_in_stable(place: SitePlace) -> None:
    script = "/assets/app-1a2b.js"
    assert found(place, {"config": published(place)}, script) == script
    for store in ({"config": killed_config(8, 4, 3)}, {}):
        # No shared path is known: stable has its own copy.
        assert found(place, store, script) == f"/v1{script}"
        for path in ("/logo.png", "/.well-known/security.txt"):
            assert found(place, store, path) == f"/v1{path}"
        for path in ("/", "/about/", "/users/john"):
            assert found(place, store, path) == "/v1/index.html"
