"""Checks a deployment from outside: the site answers, each lane is registered and has its files."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from delivery.order_desk import site_folder
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import Registration
from gray.lanes.sites import MANIFEST
from grayctl.actions.site.source import build_site
from grayctl.reading.edge_answer import EdgeAnswer, ask_edge
from grayctl.stack.target import Target

__all__ = ["problems"]

# Resolvers may take a while to know a new distribution's name.
PATIENCE = 90.0


def problems(
    target: Target,
    root: Path,
    *,
    ask: Callable[[str], EdgeAnswer] = ask_edge,
    wait: Callable[[float], None] = time.sleep,
) -> list[str]:
    """The problems of one stack, in words; empty if all is well."""
    if not target.lane:
        return _of_site(target, ask, wait)
    registered = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    return _of_lane(target, registered.get(target.lane)) + _of_files(target, root)


def _of_site(target: Target, ask: Callable[[str], EdgeAnswer], wait: Callable[[float], None]) -> list[str]:
    if not target.site:
        return ["the stack has no site output"]
    waited = 0.0
    while not (answer := ask(target.site)).reachable and waited < PATIENCE:
        wait(3.0)
        waited += 3.0
    if not answer.reachable:
        return [f"{target.site} does not answer: {answer.error}"]
    if answer.status != 200 or not answer.lane:
        return [
            f"{target.site} answers {answer.status} as lane {answer.lane or 'none'}: see docs/runbooks/edge-errors.md"
        ]
    return []


def _of_lane(target: Target, registration: Registration | None) -> list[str]:
    if registration is None:
        return [f"lane {target.lane} is not registered under {target.parameter_prefix}/lanes"]
    expected = target.outputs.get("ApiId")
    registered = [origin.address for origin in registration.origins]
    if expected not in registered:
        return [f"lane {target.lane} is registered with {', '.join(registered)}, the stack has API {expected}"]
    return []


def _of_files(target: Target, root: Path) -> list[str]:
    lane = target.lane
    site = build_site(site_folder(root, lane), lane)
    key = f"{lane}/{MANIFEST}"
    s3 = target.clients.s3
    try:
        there = json.loads(s3.get_object(Bucket=target.site_bucket, Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return [f"s3://{target.site_bucket}/{key} is missing: upload the site of {lane}"]
    if there.get("build") != site.build:
        return [f"s3://{target.site_bucket}/{key} has build {there.get('build')}, not {site.build}: upload again"]
    return []
