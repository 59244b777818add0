"""The lab as a process: one JSON line, then quiet until SIGTERM or until standard input closes."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
import threading
import warnings
from types import FrameType

from pushtui.base.errors import PushtuiError
from pushtui.lab.laboratory import Laboratory
from pushtui.lab.scenario import load


def serve(scenario: str, *, kerberos: bool = False) -> int:
    """Run the lab; the exit code. A failure at start is one sentence on standard error and code 1."""
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")
    ended = threading.Event()
    _end_on_signals(ended)
    try:
        laboratory = Laboratory(load(scenario), kerberos=kerberos)
    except PushtuiError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Exception as error:  # the border of the process: whatever it was, the parent gets one sentence
        reason = " ".join(str(error).split()) or type(error).__name__
        sys.stderr.write(f"The lab could not start: {reason.rstrip('.')}.\n")
        return 1
    try:
        _say(laboratory)
        gc.freeze()
        gc.enable()
        threading.Thread(target=_end_with_input, args=(ended,), name="lab-input", daemon=True).start()
        ended.wait()
    except BrokenPipeError:
        return 1
    finally:
        laboratory.stop()
    return 0


def _say(laboratory: Laboratory) -> None:
    sys.stdout.write(json.dumps(laboratory.line()) + "\n")
    sys.stdout.flush()


def _end_on_signals(ended: threading.Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)


def _end_with_input(ended: threading.Event) -> None:
    """Read and drop standard input until it closes: the parent has gone, or wants the end.

    The descriptor is read bare: a thread that waits inside `sys.stdin` would hold its lock when Python ends.
    """
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    ended.set()
