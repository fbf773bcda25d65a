"""The upload of a lane's static files: the order, the directory, the manifest, the build."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from grayctl.actions.site import build_site, upload_order, upload_site
from grayctl.errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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


def test_only_text_is_rewritten_and_hidden_files_stay_behind(web: Path) -> None:
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


def test_mistakes_are_named(web: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a lane name"):
        build_site(web, "gray")
    with pytest.raises(UsageError, match="site folder not found"):
        build_site(tmp_path / "nothing", "v2")
    (web / "index.html").unlink()
    with pytest.raises(UsageError, match=r"no index\.html"):
        build_site(web, "v2")
