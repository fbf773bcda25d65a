"""Stops this process when the program that started it ends, for whatever reason.

The starter holds the other end of our standard input and never writes. When it ends, even by SIGKILL, the input is
closed, which stops this process and its children. Imports nothing of ours: the emulator's launcher uses it too.
"""

import os
import signal
import sys
import threading


def hold() -> None:
    """Watch standard input in a thread; when it closes, send SIGTERM to this process's group."""

    def watch() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        os.killpg(os.getpgrp(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
