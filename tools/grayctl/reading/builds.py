"""The build of each lane, from its site's manifest and its API's health check."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gray.lanes.parameters import read_parameters
from gray.lanes.preflight import DEFAULT_ORIGIN_URL, base_url, guard_headers
from gray.lanes.registration import LaneOrigin, Registration
from gray.lanes.sites import MANIFEST
from gray.publish.secrets import read_api_key
from grayctl.errors import UnreachableError
from grayctl.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Builds = dict[str, dict[str, str]]


def read_builds(target: Target, lanes: Sequence[str]) -> Builds:
    """For stable and each of `lanes`: `{"site": build, "api": build}`."""
    registered = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    key = _origin_key(target)
    builds = {}
    for lane in ["v1", *(name for name in lanes if name != "v1")]:
        if lane not in registered:
            raise UnreachableError(f"lane {lane} is not registered", "Deploy its stack, or see: grayctl lane list")
        builds[lane] = {
            "site": site_build(target.clients.s3, target.site_bucket, lane),
            "api": registered[lane].build or api_build(target, registered[lane], key),
        }
    return builds


def _origin_key(target: Target) -> str:
    """Any key that the lanes' APIs take: while there are two, they take both (the parameter OriginKeys)."""
    secrets, name = target.clients.secrets, f"graylane/{target.environment}/api-key"
    try:
        return read_api_key(secrets, name)
    except secrets.exceptions.ResourceNotFoundException:
        return read_api_key(secrets, f"{name}-b")


def differing_builds(builds: Builds) -> list[str]:
    """What prevents finishing: every lane whose site or API runs another build than stable."""
    stable = builds["v1"]
    return [
        f"{lane} {part} runs build {build}, v1 runs {stable[part]}: deploy the promoted code to stable first"
        for lane, parts in builds.items()
        for part, build in parts.items()
        if build != stable[part]
    ]


def site_build(s3: "S3Client", bucket: str, lane: str) -> str:
    """The build in a lane's manifest. Raises UnreachableError if its site is not uploaded."""
    try:
        body = s3.get_object(Bucket=bucket, Key=f"{lane}/{MANIFEST}")["Body"].read()
    except s3.exceptions.NoSuchKey:
        raise UnreachableError(
            f"the site of {lane} is not uploaded", f"Upload it: grayctl site upload --lane {lane}"
        ) from None
    return str(json.loads(body)["build"])


def api_build(target: Target, lane: Registration, key: str) -> str:
    """The build that a lane's origins report on their health check, called directly with the origin key."""
    found = {_reported(target, lane.lane, origin, key) for origin in lane.origins}
    if len(found) > 1:
        raise UnreachableError(f"the origins of {lane.lane} run different builds: {', '.join(sorted(found))}")
    return found.pop()


def _reported(target: Target, lane: str, origin: LaneOrigin, key: str) -> str:
    import httpx

    base = base_url(_template(target), origin, target.region)
    try:
        answer = httpx.get(f"{base}{origin.health}", headers=guard_headers(origin, key), timeout=10)
        body: object = answer.json() if answer.status_code == 200 else {}
    except (httpx.HTTPError, ValueError) as error:
        raise UnreachableError(f"{origin.id} of {lane} does not answer its health check: {error}") from error
    if not isinstance(body, dict) or "build" not in body:
        raise UnreachableError(
            f"{origin.id} of {lane} answers its health check with {answer.status_code}, and names no build",
            "Answer with its build, or register the lane with `build`.",
        )
    return str(body["build"])


def _template(target: Target) -> str:
    """The base URL of origins: the emulator serves them under its own address."""
    emulator = target.clients.emulator
    return f"{emulator}/_origins/{{host}}{{path}}" if emulator else DEFAULT_ORIGIN_URL
