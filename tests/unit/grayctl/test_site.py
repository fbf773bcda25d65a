"""What a folder becomes in the bucket and at the edge, and what is told of it."""

import gzip
import mimetypes
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from gray.lanes.sites import SiteRegistration
from grayctl.actions.site.content_headers import content_headers
from grayctl.actions.site.source import build_site
from grayctl.actions.site.unreachable import unreachable
from grayctl.errors import UsageError

GZIP = gzip.compress(b"hello", mtime=0)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    tmp_path /= "web"
    tmp_path.mkdir()
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
    own = b'<script src="/v1/graylane.js"></script>'
    assert stable.files["index.html"] == own + b'<script src="/v1/assets/app.js"></script>'
    assert gray.files["assets/app.js"] == b"const lane = 'v2'"


def test_a_changed_or_renamed_source_gives_another_build(web: Path) -> None:
    before = build_site(web, "v2").build
    (web / "about.html").rename(web / "about2.html")
    assert build_site(web, "v2").build != before


def test_only_text_is_rewritten_and_what_is_never_meant_stays_behind(web: Path) -> None:
    files = build_site(web, "v2").files
    assert files["assets/logo.png"] == b"\x89PNG __LANE__"
    assert ".DS_Store" not in files


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
        "data.too_odd",
        "LICENSE",
        "_redirects",
        "api/spec.json",
        "v2/old.js",
        "a\\b.js",
        "shared/LICENSE",
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
        "data.foo",
        "shared/x.xyz",
        "shared/page.html",
    ]
    for name in (*lost, *found):
        (web / name).parent.mkdir(parents=True, exist_ok=True)
        (web / name).write_text("")
    site = build_site(web, "v2", shared=["/shared/"])
    assert unreachable(site, "/api/*") == sorted(lost)


def test_the_endings_of_the_lanes_own_files_are_registered(web: Path) -> None:
    for name in ("data.foo", "A.CSS", "shared/x.xyz", ".htaccess", "LICENSE", "odd.too_odd", "pages/x.htm"):
        (web / name).parent.mkdir(exist_ok=True)
        (web / name).write_text("")

    site = build_site(web, "v2", shared=["/shared/", "/shared/"], documents="directory")

    assert site.registration == SiteRegistration(
        site.build, ("css", "foo", "htm", "js", "png"), ("/shared/",), "directory"
    )
    assert site.keys("shared/x.xyz") == ["shared/x.xyz"]
    assert build_site(web, "v1", shared=["/shared/"]).keys("shared/x.xyz") == ["shared/x.xyz", "v1/shared/x.xyz"]


def test_shared_files_stay_as_they_are(web: Path) -> None:
    (web / "shared").mkdir()
    (web / "shared" / "page.html").write_text("<head>")
    (web / "shared" / "x.bin").write_text("__LANE__")

    files = build_site(web, "v2", shared=["/shared/"]).files

    assert (files["shared/page.html"], files["shared/x.bin"]) == (b"<head>", b"__LANE__")


def test_without_the_script_documents_stay_as_they_are(web: Path) -> None:
    files = build_site(web, "v2", has_script=False).files

    assert files["about.html"] == b"about"
    assert "graylane.js" not in files
    assert b"__LANE__" not in build_site(web, "v2").files["graylane.js"]


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
    text = grayctl("site", "upload", "site", "--lane", "v2", "--dry-run").out
    assert "left out: .DS_Store" in text
    assert "LICENSE" in text
    assert "grayctl sync --config-env test" in text
    told = grayctl("site", "upload", "site", "--lane", "v2", "--json").json
    assert told["left_out"] == [".DS_Store"]
    assert told["unreachable"] == ["LICENSE"]
    assert "v2/.well-known/security.txt" in told["keys"]
    assert told["tells_edge"] is True
    assert told["site"]["endings"] == ["js", "txt"]
    again = grayctl("site", "upload", "site", "--lane", "v2", "--json").json
    assert (again["keys"], again["unchanged"], again["tells_edge"]) == ([], 4, False)
    stack.ssm.put_parameter(Name="/gray/test/sites/v2", Value="{}", Type="String", Overwrite=True)
    assert "the registration of v2's site is unreadable" in grayctl("status").out


@pytest.mark.parametrize(
    ("changed", "ways", "message"),
    [
        ({}, {"lane": "gray"}, "not a lane name"),
        ({}, {"folder": "nothing"}, "site folder not found"),
        ({"index.html": None}, {}, r"no index\.html"),
        ({"index.html": None, "about.html": None, "assets": None, ".DS_Store": None}, {}, "is empty"),
        ({"graylane.js": ""}, {}, r"contains graylane\.js, a name that the upload uses itself"),
        ({".graylane/x": ""}, {"has_script": False}, r"contains \.graylane/x"),
        ({"assets/app.js": "__LANE__"}, {"shared": ["/assets/"]}, r"app\.js contains __LANE__, and a shared file"),
        ({}, {"documents": "mpa"}, "--documents 'mpa' is unknown"),
        *(
            ({}, {"shared": [prefix]}, f"--shared '{prefix}' cannot be shared")
            for prefix in ("/", "assets", "/v1/", "/v2/assets/", "/a/../", f"/{'a' * 39}/")
        ),
        ({}, {"shared": [f"/{number}/" for number in range(9)]}, "9 shared paths; the edge has room for 8"),
        ({f"x.e{number}": "" for number in range(40)}, {}, "42 different endings of files; the edge has room for 40"),
        ({"passwd.txt": Path("/etc/passwd")}, {}, r"passwd\.txt is a link out of"),
        ({"up.txt": Path("../outside.txt")}, {}, r"up\.txt is a link out of"),
    ],
)
def test_mistakes_are_named(
    web: Path, changed: Mapping[str, str | Path | None], ways: Mapping[str, Any], message: str
) -> None:
    (web.parent / "outside.txt").write_text("secret")
    for name, content in changed.items():
        path = web / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, Path):
            path.symlink_to(content)
        elif content is not None:
            path.write_text(content)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    given = {name: value for name, value in ways.items() if name not in ("folder", "lane")}

    with pytest.raises(UsageError, match=message) as refused:
        build_site(web / ways.get("folder", ""), ways.get("lane", "v2"), **given)

    assert "\n" not in f"{refused.value}{refused.value.remedy}"
    assert refused.value.remedy or "not found" in message
