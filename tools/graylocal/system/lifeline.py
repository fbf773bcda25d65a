"""End with the program that started us, however that one ends.

The starter holds the other end of our standard input and never writes. When it is gone, even by SIGKILL, the input
ends, and with it this process and all it started. Imports nothing of ours: the emulator's launcher uses it too.
"""

import os
import signal
import sys
import threading


def hold() -> None:
    """Watch standard input from a thread; its end sends SIGTERM to this process's group."""

    def watch() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        os.killpg(os.getpgrp(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
