"""Uploading a lane's site: assets first, documents next, then the list of files; last it is registered for the edge.

The order matters: only documents refer to assets, and the preflight of a release takes the list as proof that the
whole site is there. What is there already is not written again, so an interrupted upload goes on where it stopped.
Nothing is deleted, and of the bucket only the lane's own directory and the shared paths are written.
"""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from gray.lanes.parameters import Parameters, read_parameters
from gray.lanes.sites import MANIFEST, site_files
from gray.release.site_files import FILES_BYTES
from grayctl.actions.site.content_headers import content_headers
from grayctl.actions.site.place import SitePlace, Stored
from grayctl.actions.site.source import Site, is_document
from grayctl.errors import UsageError
from grayctl.reading.address import is_api

__all__ = ["Plan", "former_builds", "plan_upload", "upload_site"]

# As many as botocore keeps connections.
WORKERS = 10
_DOCUMENT_CACHE = "no-cache"
# A minute, not a year: names in a lane's directory need no hash, so a long TTL would keep old code after a deploy.
_ASSET_CACHE = "public, max-age=60"
_SHARED_CACHE = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _Object:
    """What is put at one key, and for how long it may be cached."""

    content: bytes
    cache: str


@dataclass(frozen=True)
class Plan:
    """What an upload has to write, in order: `assets`, `documents` and `lists` by key.

    `former` is the ETag of the list of files that is replaced, `unchanged` the number of objects that are there
    already; `tells_edge`: the edge has to learn something of the site.
    """

    site: Site
    assets: Mapping[str, _Object]
    documents: Mapping[str, _Object]
    lists: Mapping[str, _Object]
    former: str
    unchanged: int
    is_registered: bool
    tells_edge: bool

    @property
    def keys(self) -> list[str]:
        """All keys that will be written, in order."""
        return [*self.assets, *self.documents, *self.lists]

    @property
    def files(self) -> int:
        """How many files will be written."""
        return len(self.assets) + len(self.documents)

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(len(put.content) for put in (*self.assets.values(), *self.documents.values()))


def plan_upload(site: Site, place: SitePlace) -> Plan:
    """Compare the site with what is there. Raises UsageError when it cannot be uploaded; nothing is written."""
    parameters = read_parameters(place.ssm, place.prefix)
    tells_edge = _refuse_without_room(site, parameters)
    _refuse_the_apis_paths(site, place.api_paths)
    there = _listed(site, place)
    _refuse_other_bytes(site, place, there)
    # A shared object that is there has these bytes.
    shared = {name for name in site.files if site.is_shared(name) and name in there}
    wanted = {key: _object(site, name, key) for name in sorted(site.files) for key in site.keys(name)}
    differing = {
        key: put for key, put in wanted.items() if key not in shared and not _is_same(there.get(key), put.content)
    }
    manifest, content = f"{site.lane}/{MANIFEST}", site.manifest
    listed = there.get(manifest)
    return Plan(
        site,
        assets={key: put for key, put in differing.items() if put.cache != _DOCUMENT_CACHE},
        documents={key: put for key, put in differing.items() if put.cache == _DOCUMENT_CACHE},
        lists={} if _is_same(listed, content) else {manifest: _Object(content, _DOCUMENT_CACHE)},
        former=listed.etag if listed else "",
        unchanged=len(wanted) - len(differing),
        is_registered=parameters.sites.get(site.lane) == site.registration,
        tells_edge=tells_edge,
    )


def upload_site(plan: Plan, place: SitePlace, advance: Callable[[str], object] = lambda _key: None) -> None:
    """Write what the plan says; calls `advance(key)` after each object."""
    lane = plan.site.lane
    _put_all(place, plan.assets, advance)
    _put_all(place, plan.documents, advance)
    if plan.lists and plan.former:
        # The copy's time is when its build was replaced: `site clean` goes by it.
        place.s3.copy_object(
            Bucket=place.bucket,
            Key=f"{former_builds(lane)}{plan.former}.json",
            CopySource={"Bucket": place.bucket, "Key": f"{lane}/{MANIFEST}"},
        )
    _put_all(place, plan.lists, advance)
    if not plan.is_registered:
        place.ssm.put_parameter(
            Name=f"{place.prefix}/sites/{lane}", Value=plan.site.registration.text(), Type="String", Overwrite=True
        )


def former_builds(lane: str) -> str:
    """Where the lists of files of a lane's former builds are: a prefix of keys."""
    return f"{lane}/{MANIFEST.rpartition('/')[0]}/former/"


def _object(site: Site, name: str, key: str) -> _Object:
    if key == name:
        return _Object(site.files[name], _SHARED_CACHE)
    is_page = is_document(name) and not site.is_shared(name)
    return _Object(site.files[name], _DOCUMENT_CACHE if is_page else _ASSET_CACHE)


def _refuse_the_apis_paths(site: Site, api_paths: str) -> None:
    for prefix in site.registration.shared:
        if is_api(prefix, api_paths):
            raise UsageError(
                f"--shared {prefix!r} cannot be shared: {api_paths.strip()} goes to the API",
                "Give a path outside of it.",
            )


def _refuse_without_room(site: Site, parameters: Parameters) -> bool:
    """Whether the edge has to learn something new. Raises UsageError if it has no room for that."""
    files, without_room = site_files({**parameters.sites, site.lane: site.registration})
    if without_room:
        raise UsageError(
            f"the endings and shared paths of all sites exceed the edge's room of {FILES_BYTES} bytes"
            f" ({without_room[-1]} does not fit)",
            "Share fewer or shorter paths, or move files with rare endings below a path that is --shared.",
        )
    return files != parameters.files


def _listed(site: Site, place: SitePlace) -> dict[str, Stored]:
    shared = [prefix[1:] for prefix in sorted(site.registration.shared)]
    outer = [prefix for prefix in shared if not prefix.startswith(tuple(other for other in shared if other != prefix))]
    found: dict[str, Stored] = {}
    for prefix in (f"{site.lane}/", *outer):
        found |= place.listed(prefix)
    return found


def _refuse_other_bytes(site: Site, place: SitePlace, there: Mapping[str, Stored]) -> None:
    for name, content in site.files.items():
        stored = there.get(name)
        if not site.is_shared(name) or stored is None or _is_same(stored, content):
            continue
        # An ETag is no MD5 where the object is encrypted by a key of KMS, or was written in several parts.
        if stored.size == len(content) and _read(place, name) == content:
            continue
        raise _other_bytes(name)


def _other_bytes(key: str) -> UsageError:
    return UsageError(
        f"/{key} is there with other bytes, and open pages of any lane may need them",
        "Give the changed file another name (a hash in it), or do not share its folder.",
    )


def _read(place: SitePlace, key: str) -> bytes:
    return place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()


def _is_same(stored: Stored | None, content: bytes) -> bool:
    return stored is not None and stored.etag == hashlib.md5(content, usedforsecurity=False).hexdigest()


def _put_all(place: SitePlace, objects: Mapping[str, _Object], advance: Callable[[str], object]) -> None:
    def put(key: str) -> str:
        _put(place, key, objects[key])
        return key

    pool = ThreadPoolExecutor(WORKERS)
    try:
        for key in pool.map(put, objects):
            advance(key)
    finally:
        pool.shutdown(cancel_futures=True)  # after an error or Ctrl-C nothing more begins


def _put(place: SitePlace, key: str, put: _Object) -> None:
    given: dict[str, Any] = {"Body": put.content, "CacheControl": put.cache, **content_headers(key, put.content)}
    if put.cache != _SHARED_CACHE:
        place.s3.put_object(Bucket=place.bucket, Key=key, **given)
        return
    try:
        place.s3.put_object(Bucket=place.bucket, Key=key, IfNoneMatch="*", **given)
    except place.s3.exceptions.ClientError as error:
        # 412: since we looked, another upload has put something there.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
            raise
        if _read(place, key) != put.content:
            raise _other_bytes(key) from error
