"""The edge's signing keys, read only to sign links or debug requests, or to rotate."""

import time

from gray.edge.grants import EdgeKeys, sign_debug
from gray.publish.secrets import read_edge_keys
from grayctl.reading.release import document_or_none, revisions_of
from grayctl.stack.target import Target

_DEBUG_SECONDS = 300


def read_keys(target: Target) -> EdgeKeys:
    """The environment's edge keys from Secrets Manager."""
    return read_edge_keys(target.clients.secrets, target.output("EdgeKeysSecret"))


def debug_header(target: Target, now: float | None = None) -> str | None:
    """A signed debug header for HEAD's release; None if no release or no key can be read.

    An operator without access to the keys still sees the lane, but not the reason and the revision.
    """
    revision = revisions_of(target).current()
    document = document_or_none(revision) if revision else None
    salt = document.get("salt") if document else None
    if not salt:
        return None
    from botocore.exceptions import ClientError

    try:
        keys = read_keys(target)
    except ClientError:
        return None
    expiry = int(time.time() if now is None else now) + _DEBUG_SECONDS
    return sign_debug(keys, salt=str(salt), expiry=expiry)
