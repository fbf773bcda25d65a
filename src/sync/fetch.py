"""One HTTP GET, by the library that botocore brings along."""

from collections.abc import Mapping

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gray.lanes.preflight import Fetch

__all__ = ["fetch", "signed_fetch"]

# The first request of a lane that nobody has used starts its functions.
SECONDS = 8.0


def fetch(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and body; no redirect is followed, so that the headers go to this host only. Raises OSError."""
    try:
        with urllib3.PoolManager(retries=False, timeout=SECONDS) as pool:
            answer = pool.request("GET", url, headers=dict(headers), redirect=False)
            return answer.status, answer.data
    except urllib3.exceptions.HTTPError as error:
        raise OSError(str(error)) from error


def signed_fetch(credentials: Credentials, region: str) -> Fetch:
    """As `fetch`, but signed for Lambda, as CloudFront signs what it sends to a function URL."""

    def ask(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        request = AWSRequest("GET", url, headers=dict(headers))
        SigV4Auth(credentials, "lambda", region).add_auth(request)
        return fetch(url, dict(request.headers))

    return ask
