"""Evaluating many viewers in parallel: two processes, each with its own engine, fed in chunks."""

import itertools
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from grayctl.preview.engine import Counted, PreviewEngine
from grayctl.preview.sides import Sides
from grayctl.preview.viewers import chunks

PROCESSES = 2
EXAMPLES = 5
# Starting processes takes longer than evaluating this few chunks.
_FEW = 4
# Chunks in flight: enough to keep every process busy, few enough to fit a file of any length into memory.
_AHEAD = 4 * PROCESSES

_engine: PreviewEngine | None = None


def count(
    sides: Sides,
    lines: Iterable[str],
    advance: Callable[[int], object],
    *,
    processes: int = PROCESSES,
    piece: int = 5_000,
) -> Counted:
    """What happens to these viewers; `advance` gets the number of further viewers done.

    Viewers are evaluated in chunks of `piece`; a small number in this process.
    """
    pieces = chunks(lines, piece)
    first = list(itertools.islice(pieces, _FEW))
    now = int(time.time())
    total = Counted()
    counted: Iterable[tuple[int, Counted]]
    if len(first) < _FEW:
        engine = PreviewEngine(sides.before, sides.after, now=now, examples=EXAMPLES)
        counted = ((size, engine.run(text)) for size, text in itertools.chain(first, pieces))
    else:
        counted = _by_processes(sides, itertools.chain(first, pieces), now, processes)
    for size, part in counted:
        total.add(part, EXAMPLES)
        advance(size)
    return total


def _by_processes(
    sides: Sides, pieces: Iterable[tuple[int, str]], now: int, processes: int
) -> Iterator[tuple[int, Counted]]:
    # A fresh process inherits no threads of this one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_start, initargs=(sides, now)) as pool:
        under_way: deque[tuple[int, Future[Counted]]] = deque()
        try:
            for size, text in pieces:
                under_way.append((size, pool.submit(_run, text)))
                if len(under_way) >= _AHEAD:
                    size, done = under_way.popleft()
                    yield size, done.result()
            for size, done in under_way:
                yield size, done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _start(sides: Sides, now: int) -> None:
    global _engine
    _engine = PreviewEngine(sides.before, sides.after, now=now, examples=EXAMPLES)


def _run(lines: str) -> Counted:
    assert _engine is not None, "the pool starts every process with an engine"  # noqa: S101
    return _engine.run(lines)
