"""Uploading a site: what is written, in which order, with how many calls; and what is deleted, and when."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from tests.support.aws.memory_aws import MemoryS3, MemorySSM

from gray.lanes.parameters import read_parameters
from gray.lanes.preflight import files_missing
from gray.lanes.sites import SiteRegistration
from grayctl.actions.site.clean import delete_leftovers, find_leftovers
from grayctl.actions.site.place import SitePlace
from grayctl.actions.site.source import Site, build_site
from grayctl.actions.site.upload import Plan, plan_upload, upload_site
from grayctl.errors import UnreachableError, UsageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FILES = 10_000
SHARED = ["/assets/"]
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("hello")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "assets" / "app-1a2b.js").write_text("one")
    return tmp_path


@pytest.fixture
def place() -> Iterator[SitePlace]:
    with mock_aws():
        s3: S3Client = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="site")
        yield SitePlace(s3, boto3.client("ssm", region_name="us-east-1"), "site", "/gray/test")


class CountingS3(MemoryS3):
    """Counts calls, and fails every `put_object` from the one after `allowed`."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.allowed = FILES * 2

    def get_paginator(self, operation: str) -> Any:
        real = super().get_paginator(operation)

        class Counted:
            def paginate(_self, **given: Any) -> Iterator[Any]:
                for page in real.paginate(**given):
                    self.calls[operation] += 1
                    yield page

        return Counted()

    def put_object(self, **given: Any) -> Any:
        self.calls["put_object"] += 1
        if self.calls["put_object"] > self.allowed:
            raise ConnectionResetError("the network is gone")
        return super().put_object(**given)

    def copy_object(self, **given: Any) -> Any:
        self.calls["copy_object"] += 1
        return super().copy_object(**given)

    def get_object(self, **given: Any) -> Any:
        self.calls["get_object"] += 1
        return super().get_object(**given)


def uploaded(place: SitePlace, folder: Path, lane: str, **ways: Any) -> Plan:
    plan = plan_upload(build_site(folder, lane, **ways), place)
    upload_site(plan, place)
    return plan


def keys(place: SitePlace) -> set[str]:
    return set(place.listed(""))


def test_assets_go_first_then_documents_the_list_and_the_registration(web: Path, place: SitePlace) -> None:
    place.s3.put_object(Bucket="site", Key="v1/index.html", Body=b"stable")
    (web / "about.htm").write_text("about")
    told: list[str] = []
    site = build_site(web, "v2")
    plan = plan_upload(site, place)
    upload_site(plan, place, told.append)

    assert told == plan.keys
    assert sorted(told[:3]) == ["v2/assets/app-1a2b.js", "v2/graylane.js", "v2/logo.png"]
    assert told[3:] == ["v2/about.htm", "v2/index.html", "v2/.graylane/manifest.json"]
    manifest = json.loads(place.s3.get_object(Bucket="site", Key=told[-1])["Body"].read())
    assert (manifest["lane"], manifest["build"]) == ("v2", site.build)
    for key, entry in manifest["files"].items():
        body = place.s3.get_object(Bucket="site", Key=key)["Body"].read()
        assert entry == {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
    assert read_parameters(place.ssm, place.prefix).sites == {"v2": site.registration}
    assert place.s3.get_object(Bucket="site", Key="v1/index.html")["Body"].read() == b"stable"


def test_a_failed_file_leaves_no_list_and_no_registration(web: Path, place: SitePlace) -> None:
    s3 = CountingS3()
    s3.allowed = 3
    broken = SitePlace(s3, MemorySSM(), "site", "/gray/test")  # type: ignore[arg-type]

    with pytest.raises(ConnectionResetError):
        uploaded(broken, web, "v2")

    assert "v2/.graylane/manifest.json" not in keys(broken)
    assert read_parameters(broken.ssm, broken.prefix).sites == {}


def test_how_long_each_kind_of_file_may_be_cached(web: Path, place: SitePlace) -> None:
    uploaded(place, web, "v1", shared=SHARED)

    def headers(key: str) -> tuple[str, str]:
        head = place.s3.head_object(Bucket="site", Key=key)
        return head["CacheControl"], head["ContentType"]

    script = "text/javascript; charset=utf-8"
    assert headers("v1/index.html") == ("no-cache", "text/html; charset=utf-8")
    assert headers("v1/logo.png") == ("public, max-age=60", "image/png")
    assert headers("assets/app-1a2b.js") == ("public, max-age=31536000, immutable", script)
    assert headers("v1/assets/app-1a2b.js") == ("public, max-age=60", script)


def test_shared_files_are_one_pool_and_stable_has_its_own_copy(web: Path, place: SitePlace) -> None:
    uploaded(place, web, "v1", shared=SHARED)
    (web / "assets" / "app-1a2b.js").rename(web / "assets" / "app-3c4d.js")
    plan = uploaded(place, web, "v2", shared=SHARED)

    assert "assets/app-3c4d.js" in plan.keys
    assert {key for key in keys(place) if "/app-" in key} == {
        "assets/app-1a2b.js",
        "assets/app-3c4d.js",
        "v1/assets/app-1a2b.js",
    }
    assert [files_missing(place.s3, "site", lane) for lane in ("v1", "v2")] == ["", ""]
    place.s3.delete_object(Bucket="site", Key="assets/app-3c4d.js")
    assert "(assets/app-3c4d.js)" in files_missing(place.s3, "site", "v2")


@pytest.mark.parametrize(
    "lie", [{"shared": ["/"]}, {"shared": 7}, {"shared": [7]}, {"files": {"v2/x": 7}}, {"files": []}, {"lane": "v3"}]
)
def test_a_list_of_files_that_lies_is_none(web: Path, place: SitePlace, lie: dict[str, Any]) -> None:
    uploaded(place, web, "v2")
    manifest = json.loads(place.s3.get_object(Bucket="site", Key="v2/.graylane/manifest.json")["Body"].read())
    place.s3.put_object(Bucket="site", Key="v2/.graylane/manifest.json", Body=json.dumps({**manifest, **lie}).encode())

    assert "is not a manifest of v2; upload the site again" in files_missing(place.s3, "site", "v2")


def test_a_shared_name_with_other_bytes_is_refused_before_anything_is_written(web: Path, place: SitePlace) -> None:
    uploaded(place, web, "v1", shared=SHARED)
    before = place.listed("")
    for content in ("two", "longer"):
        (web / "assets" / "app-1a2b.js").write_text(content)
        with pytest.raises(UsageError, match=r"/assets/app-1a2b\.js is there with other bytes") as refused:
            plan_upload(build_site(web, "v2", shared=SHARED), place)
        assert "another name" in refused.value.remedy
    assert place.listed("") == before


@pytest.mark.parametrize(("content", "is_refused"), [(b"one", False), (b"two", True)])
def test_two_uploads_at_once_never_replace_a_shared_file(
    web: Path, place: SitePlace, content: bytes, is_refused: bool
) -> None:
    plan = plan_upload(build_site(web, "v2", shared=SHARED), place)
    place.s3.put_object(Bucket="site", Key="assets/app-1a2b.js", Body=content)

    with pytest.raises(UsageError, match="is there with other bytes") if is_refused else nullcontext():
        upload_site(plan, place)

    assert place.s3.get_object(Bucket="site", Key="assets/app-1a2b.js")["Body"].read() == content
    assert ("v2" in read_parameters(place.ssm, place.prefix).sites) is not is_refused


def test_a_shared_file_whose_etag_is_no_md5_is_compared_by_its_bytes(web: Path, place: SitePlace) -> None:
    begun = place.s3.create_multipart_upload(Bucket="site", Key="assets/app-1a2b.js")["UploadId"]
    given: Any = {"Bucket": "site", "Key": "assets/app-1a2b.js", "UploadId": begun}
    part = place.s3.upload_part(**given, PartNumber=1, Body=b"one")
    place.s3.complete_multipart_upload(**given, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})

    assert "assets/app-1a2b.js" not in uploaded(place, web, "v2", shared=SHARED).keys


@pytest.mark.parametrize("shared", [[], SHARED])
def test_ten_thousand_files_take_as_many_calls_as_a_plain_sync(tmp_path: Path, shared: list[str]) -> None:
    site = Site(
        "v2",
        {"index.html": b"hello", **{f"assets/{number}.js": b"%d" % number for number in range(FILES - 1)}},
        SiteRegistration("abc", ("js",), tuple(shared)),
    )
    s3, ssm = CountingS3(), MemorySSM()
    place = SitePlace(s3, ssm, "site", "/gray/test")  # type: ignore[arg-type]

    upload_site(plan_upload(site, place), place)
    assert s3.calls.total() <= 2.5 * (1 + FILES)
    s3.calls.clear()
    upload_site(plan_upload(site, place), place)

    assert set(s3.calls) == {"list_objects_v2"}
    assert s3.calls.total() <= ceil(FILES / 1000) + 2
    s3.calls.clear()
    changed = Site("v2", {**site.files, "index.html": b"hello again"}, site.registration)
    upload_site(plan_upload(changed, place), place)

    assert (s3.calls["put_object"], s3.calls["copy_object"], s3.calls["get_object"]) == (2, 1, 0)


def test_an_interrupted_upload_goes_on_where_it_stopped(web: Path) -> None:
    for number in range(300):
        (web / f"{number}.js").write_text(str(number))
    s3, ssm = CountingS3(), MemorySSM()
    place = SitePlace(s3, ssm, "site", "/gray/test")  # type: ignore[arg-type]
    whole = len(plan_upload(build_site(web, "v2"), place).keys)
    s3.allowed = 100
    with pytest.raises(ConnectionResetError):
        uploaded(place, web, "v2")
    done = len(keys(place))
    assert done == 100
    s3.allowed = FILES

    assert len(uploaded(place, web, "v2").keys) == whole - done


def test_sites_that_have_no_room_at_the_edge_are_refused(web: Path, place: SitePlace) -> None:
    for lane in ("v1", "v2"):
        shared = [f"/{lane[1]}{number}{'x' * 30}/" for number in range(7)]
        plan = plan_upload(build_site(web, lane, shared=shared if lane == "v1" else SHARED), place)
        upload_site(plan, place)

    with pytest.raises(UsageError, match="exceed the edge's room of 320 bytes") as refused:
        plan_upload(build_site(web, "v3", shared=shared), place)

    assert "Share fewer or shorter paths" in refused.value.remedy


@pytest.mark.parametrize("shared", ["/api/", "/api/x/"])
def test_what_goes_to_the_api_cannot_be_shared(web: Path, place: SitePlace, shared: str) -> None:
    behind_an_api = replace(place, api_paths="/api/*")

    with pytest.raises(UsageError, match=r"cannot be shared: /api/\* goes to the API"):
        plan_upload(build_site(web, "v2", shared=[shared]), behind_an_api)


def test_what_only_replaced_builds_had_is_deleted_when_they_are_old(web: Path) -> None:
    s3, day = CountingS3(), datetime(2027, 1, 1, tzinfo=UTC)
    place = SitePlace(s3, MemorySSM(), "site", "/gray/test")  # type: ignore[arg-type]
    # Given a build on each of three days, with one late file of its own
    for number in range(3):
        s3.now = partial(add, day, timedelta(days=number))
        (web / f"late-{number - 1}.js").unlink(missing_ok=True)
        (web / f"late-{number}.js").write_text("late")
        (web / "assets" / f"{number}.js").write_text("shared")
        uploaded(place, web, "v2", shared=SHARED)

    def leftovers(number: float) -> list[str]:
        found = find_leftovers(place, "v2", day + timedelta(days=number))
        return [key for key in found.keys if "/former/" not in key]

    # The first build was replaced on day 1, the second on day 2; by then its file was one day old.
    assert [leftovers(number) for number in (0.5, 1.5, 2.5)] == [[], ["v2/late-0.js"], ["v2/late-0.js", "v2/late-1.js"]]

    delete_leftovers(place, find_leftovers(place, "v2", day + timedelta(days=9)))

    assert find_leftovers(place, "v2", day + timedelta(days=9)).keys == []
    assert [key for key in keys(place) if "late" in key] == ["v2/late-2.js"]
    assert {f"assets/{number}.js" for number in range(3)} <= keys(place)
    assert plan_upload(build_site(web, "v2", shared=SHARED), place).keys == []


def test_nothing_is_deleted_where_the_list_of_files_is_not_readable(web: Path, place: SitePlace) -> None:
    with pytest.raises(UnreachableError, match="the site of v2 is not uploaded"):
        find_leftovers(place, "v2", LATER)
    place.s3.put_object(Bucket="site", Key="v2/.graylane/manifest.json", Body=b"[]")
    with pytest.raises(UsageError, match="is not a list of files, so nothing is deleted"):
        find_leftovers(place, "v2", LATER)
    with pytest.raises(UsageError, match="not a lane name"):
        find_leftovers(place, "assets", LATER)
