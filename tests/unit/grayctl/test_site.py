"""The upload of a lane's static files: the order, the directory, the manifest, the build."""

import gzip
import hashlib
import json
import mimetypes
import os
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from grayctl.actions.site import build_site, content_headers, unreachable, upload_order, upload_site
from grayctl.errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


GZIP = gzip.compress(b"hello", mtime=0)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script src="/__LANE__/assets/app.js"></script>')
    (tmp_path / "about.html").write_text("about")
    (tmp_path / "assets" / "app.js").write_text("const lane = '__LANE__'")
    (tmp_path / "assets" / "logo.png").write_bytes(b"\x89PNG __LANE__")
    (tmp_path / ".DS_Store").write_text("rubbish")
    return tmp_path


def test_the_same_sources_give_the_same_build_in_each_lane(web: Path) -> None:
    stable, gray = build_site(web, "v1"), build_site(web, "v2")
    assert stable.build == gray.build
    assert stable.files["index.html"] == b'<script src="/v1/assets/app.js"></script>'
    assert gray.files["assets/app.js"] == b"const lane = 'v2'"


def test_a_changed_or_renamed_source_gives_another_build(web: Path) -> None:
    before = build_site(web, "v2").build
    (web / "about.html").rename(web / "about2.html")
    assert build_site(web, "v2").build != before


def test_only_text_is_rewritten_and_what_is_never_meant_stays_behind(web: Path) -> None:
    files = build_site(web, "v2").files
    assert files["assets/logo.png"] == b"\x89PNG __LANE__"
    assert ".DS_Store" not in files


def test_assets_go_first_then_documents_index_last(web: Path) -> None:
    assert upload_order(build_site(web, "v2")) == ["assets/app.js", "assets/logo.png", "about.html", "index.html"]


@mock_aws
def test_upload_writes_the_lanes_directory_only_and_the_manifest_last(web: Path) -> None:
    # Given a bucket with another lane in it
    s3: S3Client = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="site")
    s3.put_object(Bucket="site", Key="v1/index.html", Body=b"stable")
    site = build_site(web, "v2")
    told: list[str] = []
    # When v2 is uploaded
    keys = upload_site(site, s3, "site", told.append)
    # Then the manifest is last, and describes what lies there
    assert keys[-1] == "v2/manifest.json"
    assert told == [*upload_order(site), "manifest.json"]
    manifest = json.loads(s3.get_object(Bucket="site", Key="v2/manifest.json")["Body"].read())
    assert (manifest["lane"], manifest["build"]) == ("v2", site.build)
    for name, entry in manifest["files"].items():
        body = s3.get_object(Bucket="site", Key=f"v2/{name}")["Body"].read()
        assert entry == {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
    assert s3.get_object(Bucket="site", Key="v1/index.html")["Body"].read() == b"stable"


@mock_aws
def test_documents_are_asked_again_each_time_assets_after_a_minute(web: Path) -> None:
    s3: S3Client = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="site")
    upload_site(build_site(web, "v2"), s3, "site")
    page = s3.head_object(Bucket="site", Key="v2/index.html")
    script = s3.head_object(Bucket="site", Key="v2/assets/app.js")
    assert (page["CacheControl"], page["ContentType"]) == ("no-cache", "text/html; charset=utf-8")
    assert (script["CacheControl"], script["ContentType"]) == ("public, max-age=60", "text/javascript; charset=utf-8")


def test_every_file_is_uploaded_but_what_is_never_meant(web: Path) -> None:
    written = [
        ".well-known/assetlinks.json",
        ".nojekyll",
        ".config/.hidden.txt",
        "a b/\u00fc.txt",
        ".gitignore",
        "~x.js",
    ]
    for name in written:
        (web / name).parent.mkdir(exist_ok=True)
        (web / name).write_text(name)
    (web / ".git" / "objects").mkdir(parents=True)
    (web / ".git" / "HEAD").write_text("ref")
    (web / "assets" / ".DS_Store").write_text("rubbish")
    (web / "gone.txt").symlink_to(web / "nowhere")
    (web / "linked.txt").symlink_to(web / "about.html")
    (web / "more").symlink_to(web / "assets", target_is_directory=True)
    os.mkfifo(web / "pipe")
    site = build_site(web, "v2")
    assert set(written) | {"linked.txt"} <= set(site.files)
    assert site.left_out == [".DS_Store", ".git/", "assets/.DS_Store", "gone.txt", "more", "pipe"]


def test_files_that_no_path_leads_to_are_named(web: Path) -> None:
    lost = [
        "...",
        "x.",
        "dir.with.dot/feed",
        ".htaccess",
        "data.unknown",
        "LICENSE",
        "_redirects",
        "api/spec.json",
        "v2/old.js",
        "a\\b.js",
    ]
    found = [
        ".well-known/security.txt",
        ".well-known/acme-challenge/token",
        ".well-known/apple-app-site-association",
        "old.HTML",
        "a b.js",
        "50%.txt",
        "e\u0301.png",
        "a?b.js",
        "a#b.js",
    ]
    for name in (*lost, *found):
        (web / name).parent.mkdir(parents=True, exist_ok=True)
        (web / name).write_text("")
    assert unreachable(build_site(web, "v2")) == sorted(lost)


@pytest.mark.parametrize(
    ("name", "content", "kind", "encoding"),
    [
        ("a.svgz", GZIP, "image/svg+xml; charset=utf-8", "gzip"),
        ("a.js.gz", GZIP, "text/javascript; charset=utf-8", "gzip"),
        ("a.html.gz", GZIP, "text/html; charset=utf-8", "gzip"),
        ("a.json.br", b"", "application/json; charset=utf-8", "br"),
        ("a.js.gz", b"not packed", "application/gzip", None),
        ("a.tar.gz", GZIP, "application/gzip", None),
        ("a.tgz", GZIP, "application/gzip", None),
        ("a.png.gz", GZIP, "application/gzip", None),
        ("a.wasm", b"", "application/wasm", None),
        ("a.mjs", b"", "text/javascript; charset=utf-8", None),
        ("A.JS", b"", "text/javascript; charset=utf-8", None),
        ("a.webmanifest", b"", "application/manifest+json; charset=utf-8", None),
        ("a.js.map", b"", "application/json; charset=utf-8", None),
        ("a.woff2", b"", "font/woff2", None),
        ("a.avif", b"", "image/avif", None),
        ("a.ttf", b"", "font/ttf", None),
        ("feed.atom", b"", "application/atom+xml; charset=utf-8", None),
        ("a.jsonld", b"", "application/ld+json; charset=utf-8", None),
        ("a.csv.gz", GZIP, "text/csv; charset=utf-8", "gzip"),
        ("favicon.ico", b"", "image/x-icon", None),
        ("feed.xml", b"", "application/xml; charset=utf-8", None),
        ("a.ts.weird", b"", "application/octet-stream", None),
        ("LICENSE", b"", "application/octet-stream", None),
    ],
)
def test_types_are_right_whatever_the_machine_has(
    monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, kind: str, encoding: str | None
) -> None:
    monkeypatch.setattr(mimetypes, "types_map", {".js": "application/x-old", ".wasm": "text/plain"})
    monkeypatch.setattr(mimetypes, "_db", None)
    mimetypes.add_type("application/x-old", ".mjs")
    headers = content_headers(name, content)
    assert (headers["ContentType"], headers.get("ContentEncoding")) == (kind, encoding)


def test_a_name_that_is_no_text_is_named(web: Path) -> None:
    (web / os.fsdecode(b"caf\xe9.js")).write_text("")
    with pytest.raises(UsageError, match="is not UTF-8"):
        build_site(web, "v2")


def test_the_command_says_what_it_left_out_and_what_nobody_can_ask_for(stack: Stack, grayctl: Grayctl) -> None:
    web = stack.root / "site"
    for name in ("index.html", ".well-known/security.txt", "LICENSE", ".DS_Store"):
        (web / name).parent.mkdir(exist_ok=True, parents=True)
        (web / name).write_text("hello")
    told = grayctl("site", "upload", "--lane", "v2", "--from", "site", "--json").json
    assert told["left_out"] == [".DS_Store"]
    assert told["unreachable"] == ["LICENSE"]
    assert "v2/.well-known/security.txt" in told["keys"]
    text = grayctl("site", "upload", "--lane", "v2", "--from", "site", "--dry-run").out
    assert "left out: .DS_Store" in text
    assert "LICENSE" in text


def test_mistakes_are_named(web: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a lane name"):
        build_site(web, "gray")
    with pytest.raises(UsageError, match="site folder not found"):
        build_site(tmp_path / "nothing", "v2")
    (web / "index.html").unlink()
    with pytest.raises(UsageError, match=r"no index\.html"):
        build_site(web, "v2")
