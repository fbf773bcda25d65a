"""`python -m graylocal.observe SETTINGS.json`: the trace store, metrics of log lines and queues, alarm evaluation."""

import asyncio
import contextlib
import json
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import uvicorn

from graylocal.observe.alarms import AlarmClock
from graylocal.observe.log_metrics import LogMetrics
from graylocal.observe.queues import QueueMetrics
from graylocal.observe.segments import Traces
from graylocal.observe.xray import Daemon, application
from graylocal.system import lifeline

_METRICS_EVERY, _QUEUES_EVERY, _ALARMS_EVERY = 1.0, 2.0, 1.0  # seconds

_log = logging.getLogger("observe")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signal handling to `run`."""
        yield


async def _every(seconds: float, look: Callable[[], Any], name: str) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            found = await asyncio.to_thread(look)
        except Exception as error:  # noqa: BLE001 - the emulator may be busy or stopping: retry later
            _log.warning("%s: %s", name, error)
            continue
        if found and name == "alarms":
            for alarm, verdict in found:
                _log.info("%s is %s: %s", alarm, verdict.state, verdict.reason)


async def run(settings: dict[str, Any]) -> None:
    """Observe until SIGTERM or SIGINT."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    endpoint = f"http://127.0.0.1:{settings['emulator_port']}"
    cloudwatch = session.client("cloudwatch", endpoint_url=endpoint)
    traces = Traces()
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: Daemon(traces), local_addr=("127.0.0.1", settings["udp_port"]))
    config = uvicorn.Config(
        application(traces), port=settings["port"], log_level="warning", access_log=False, lifespan="off"
    )
    server = _Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    metrics = LogMetrics(session.client("logs", endpoint_url=endpoint), cloudwatch, "graylane-")
    queues = QueueMetrics(session.client("sqs", endpoint_url=endpoint), cloudwatch, "graylane-")
    clock = AlarmClock(cloudwatch, float(settings["time_scale"]), time.time)
    looking = [
        asyncio.create_task(_every(_METRICS_EVERY, metrics.look, "metrics")),
        asyncio.create_task(_every(_QUEUES_EVERY, queues.look, "queues")),
        asyncio.create_task(_every(_ALARMS_EVERY, clock.tick, "alarms")),
    ]
    await server.serve()
    for task in looking:
        task.cancel()


def main() -> None:
    """Read the settings from the file given as the only argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    lifeline.hold()
    asyncio.run(run(json.loads(Path(sys.argv[1]).read_text())))


if __name__ == "__main__":
    main()
