"""Who acts: the runs of the sync functions, operators at their terminals, alarms, and the stacks of lanes."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.explore.actors import Actor, Part
from tests.explore.execution import Execution
from tests.support.control.bases import rotated_keys
from tests.support.control.steady_world import SteadyServices
from tests.support.control.world import PREFIX
from tests.support.release.registrations import registration_text, rest_api

from gray.history.revision import AlreadyDone
from gray.release.document import Release
from sync.requests import Request, requests_of
from sync.runs import by_hand, by_schedule, by_stream

__all__ = [
    "CLEANUP",
    "DIRECT",
    "DIRECT_TOLD",
    "FINISH",
    "KILL",
    "KILL_SYNC",
    "LAPTOP_BEHIND",
    "MANUAL",
    "MINUTES",
    "REBUILD",
    "REBUILD_S3",
    "REDEPLOY",
    "REGISTER",
    "RESUME",
    "RESUME_BEHIND",
    "ROTATE",
    "SCHEDULE",
    "SCHEDULE_2",
    "SICK",
    "STREAM",
    "STREAM_AGAIN",
    "UNDO",
    "UNREGISTER",
    "alarm",
    "saves",
]

MINUTES = 60.0
# What `grayctl kill` tells HEAD and the manual sync alike.
ASKED = "request:kill"
# An asynchronous invocation that fails is tried twice more by Lambda, and so is a stream's batch.
RETRIES = 2


def _head_moved(execution: Execution) -> bool:
    return execution.head_item() != execution.delivered


def _killed(execution: Execution) -> bool:
    return execution.killed


def _stream(execution: Execution, actor: Actor) -> None:
    by_stream(SteadyServices(execution.world, actor))


def _schedule(execution: Execution, actor: Actor) -> None:
    by_schedule(SteadyServices(execution.world, actor))


STREAM = Part("stream", _stream, _head_moved, RETRIES, repeats=True)
# An event is delivered at least once: this is the second time.
STREAM_AGAIN = Part("stream-again", _stream)
SCHEDULE, SCHEDULE_2 = Part("schedule", _schedule), Part("schedule-2", _schedule)
# The same run, in worlds where it has something to remove.
CLEANUP = Part("cleanup", _schedule)


def _asked(name: str, action: str, ready: Callable[[Execution], bool] | None = None, **more: Any) -> Part:
    """A run of the manual sync, as `grayctl` asks for it."""

    def run(execution: Execution, actor: Actor) -> None:
        services = SteadyServices(execution.world, actor)
        event = {"action": action, "id": name, "author": name, "reason": name, **more}
        for request in requests_of(event, name, services):
            assert isinstance(request, Request)
            by_hand(services, request)

    part = Part(name, run, retries=RETRIES)
    return replace(part, ready=ready) if ready else part


MANUAL = _asked("manual", "publish")
REBUILD = _asked("rebuild", "rebuild")
REBUILD_S3 = _asked("rebuild-s3", "rebuild", source="s3")


def saves(name: str, new: Release) -> Part:
    """An operator saves a release, on the HEAD that there is."""

    def run(execution: Execution, actor: Actor) -> None:
        revisions = execution.world.control_plane(actor).history.revisions
        saved = revisions.save(new, author=name, reason=name, via="cli", base=revisions.head())
        execution.heads.saved[name] = saved.number

    return Part(name, run)


def _undo(execution: Execution, actor: Actor) -> None:
    revisions = execution.world.control_plane(actor).history.revisions
    revisions.undo(author="undo", reason="undo", via="cli", base=revisions.head())


def _resume(execution: Execution, actor: Actor) -> None:
    execution.world.time += 1
    revisions = execution.world.control_plane(actor).history.revisions
    revisions.resume(author="resume", reason="resume", via="cli", base=revisions.head())


def _finish(execution: Execution, actor: Actor) -> None:
    revisions = execution.world.control_plane(actor).history.revisions
    revisions.finish(author="finish", reason="finish", via="cli", base=revisions.head())


def _kill(execution: Execution, actor: Actor) -> None:
    """`grayctl kill`: writes HEAD, then asks the manual sync, whatever became of that."""
    try:
        revisions = execution.world.control_plane(actor).history.revisions
        revision = revisions.kill(author="kill", reason="kill", via="cli", cause=ASKED)
        execution.heads.done["kill"] = revision.number
    except AlreadyDone:
        return
    finally:
        execution.did.add("asked to kill")


def _direct(execution: Execution, actor: Actor) -> None:
    """`grayctl kill --direct`, with a table that does not answer."""
    execution.world.kill_directly(actor, cause=actor.new_id())


def _direct_told(execution: Execution, actor: Actor) -> None:
    """`grayctl kill --direct`, with a table that answers: HEAD is told."""
    killed = execution.world.kill_directly(actor, cause=actor.new_id())
    revisions = execution.world.control_plane(actor).history.revisions
    revision = revisions.kill(author=actor.name, reason="direct", via="cli", epoch=killed.epoch, cause=killed.cause)
    execution.heads.done["direct"] = revision.number


UNDO, RESUME, FINISH = Part("undo", _undo), Part("resume", _resume, _killed), Part("finish", _finish)
KILL = Part("kill", _kill, command="kill")
KILL_SYNC = replace(
    _asked("kill-sync", "kill", lambda execution: "asked to kill" in execution.did, cause=ASKED), command="kill"
)
DIRECT = Part("direct", _direct)
DIRECT_TOLD = Part("direct-told", _direct_told, command="direct")
# At a laptop whose clock is five minutes behind.
LAPTOP_BEHIND = replace(DIRECT, name="direct-behind", clock=-5 * MINUTES)
RESUME_BEHIND = replace(RESUME, name="resume-behind", clock=-5 * MINUTES)


def alarm(name: str, alarm_name: str, changed: str) -> Part:
    """SNS tells the manual sync of an alarm's change."""
    message = {"AlarmName": alarm_name, "NewStateValue": "ALARM", "StateChangeTime": changed}

    def run(execution: Execution, actor: Actor) -> None:
        services = SteadyServices(execution.world, actor)
        event = {"Records": [{"Sns": {"Message": json.dumps(message)}}]}
        for request in requests_of(event, name, services):
            if isinstance(request, Request):
                by_hand(services, request)

    return Part(name, run, retries=RETRIES)


# lanes


def _register(api: str) -> Callable[[Execution, Actor], None]:
    def run(execution: Execution, actor: Actor) -> None:
        """A deployment of the lane's stack: an API that calls its own function, then the registration."""
        world = execution.world
        world.apigateway.deploy(api, "api-v2", "live", f"plan{api}")
        text = registration_text("v2", rest_api("v2", api))
        given = {"Name": f"{PREFIX}/lanes/v2", "Value": text, "Type": "String", "Overwrite": True}
        world.client("ssm", world.ssm, actor).put_parameter(**given)
        world.switched.pop("v2", None)

    return run


def _unregister(execution: Execution, actor: Actor) -> None:
    world = execution.world
    world.client("ssm", world.ssm, actor).delete_parameter(Name=f"{PREFIX}/lanes/v2")


def _sick(execution: Execution, actor: Actor) -> None:
    world = execution.world
    actor.perform("lane.fail", lambda: world.unhealthy.update(v2="status 500"))


REGISTER, REDEPLOY = Part("register", _register("api2")), Part("redeploy", _register("api2b"))
UNREGISTER = Part("unregister", _unregister, lambda execution: f"{PREFIX}/lanes/v2" in execution.world.ssm.values)
SICK = Part("sick", _sick, changes=("lane.health",))


def _rotate(execution: Execution, actor: Actor) -> None:
    """`grayctl keys rotate`: the secret's value changes, and the manual sync brings it to the edge."""
    world = execution.world
    actor.perform("secretsmanager.put_secret_value", lambda: world.secrets.values.update({"edge-keys": rotated_keys()}))
    services = SteadyServices(world, actor)
    by_hand(services, Request("publish", "rotate", "rotate", "rotate"))


ROTATE = Part("rotate", _rotate, changes=("secretsmanager.",))
