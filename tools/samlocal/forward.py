"""Ports of this machine offered to containers: the local stack listens on 127.0.0.1, which no container reaches."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["forwarded"]


@contextmanager
def forwarded(address: str, ports: Sequence[int]) -> Iterator[None]:
    """Every port, also at this address, for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers = [asyncio.run_coroutine_threadsafe(_serve(address, port), loop).result(10) for port in ports]
    try:
        yield
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _serve(address: str, port: int) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pour(reader, inner_writer), _pour(inner_reader, writer))

    return await asyncio.start_server(connected, address, port)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the other side has gone, which ends this direction
    finally:
        writer.close()
