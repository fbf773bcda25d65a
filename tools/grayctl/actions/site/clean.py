"""Deleting what only former builds of a lane's site had, once no open page needs it any more.

A build was replaced when its list of files was copied away. Shared files stay for ever: any lane may need them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from gray.lanes.sites import MANIFEST, is_lane
from grayctl.actions.site.place import SitePlace
from grayctl.actions.site.upload import former_builds
from grayctl.errors import UnreachableError, UsageError

__all__ = ["Leftovers", "delete_leftovers", "find_leftovers"]

_AT_ONCE = 1000  # keys of a DeleteObjects call (S3's API reference)


@dataclass(frozen=True)
class Leftovers:
    """What can be deleted of a lane: keys in the bucket, and their bytes."""

    keys: Sequence[str]
    size: int


def find_leftovers(place: SitePlace, lane: str, before: datetime) -> Leftovers:
    """The files that neither the current build has nor one that was replaced after `before`.

    What was written after it stays too: an upload may be under way. Raises UsageError or UnreachableError.
    """
    if not is_lane(lane):
        raise UsageError(f"{lane!r} is not a lane name", "Use v1 to v99.")
    there = place.listed(f"{lane}/")
    manifest, former = f"{lane}/{MANIFEST}", former_builds(lane)
    if manifest not in there:
        raise UnreachableError(f"the site of {lane} is not uploaded", f"Upload it: grayctl site upload --lane {lane}")
    lists = [key for key in there if key.startswith(former) and there[key].modified >= before]
    needed = {manifest, *lists}
    for key in (manifest, *lists):
        needed |= _files(place, key)
    keys = [key for key, stored in there.items() if key not in needed and stored.modified < before]
    return Leftovers(keys, sum(there[key].size for key in keys))


def delete_leftovers(place: SitePlace, found: Leftovers) -> None:
    """Delete them. Raises UnreachableError where S3 keeps one."""
    for keys in batched(found.keys, _AT_ONCE, strict=False):
        answer = place.s3.delete_objects(
            Bucket=place.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
        )
        if failed := answer.get("Errors"):
            raise UnreachableError(f"S3 did not delete {failed[0].get('Key')}: {failed[0].get('Message')}")


def _files(place: SitePlace, key: str) -> set[str]:
    text = place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
    try:
        return set(json.loads(text)["files"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"s3://{place.bucket}/{key} is not a list of files, so nothing is deleted",
            "Upload the site again, or delete that object if it is not the current one.",
        ) from None
