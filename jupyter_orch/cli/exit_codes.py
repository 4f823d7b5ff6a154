"""What the command line's exit codes mean."""

from __future__ import annotations

import signal

OK, FAILED, USAGE = 0, 1, 2
LOST = 3
"""The server through which a run was followed is gone; the run goes on."""
INTERRUPTED = 128 + signal.SIGINT
"""Ctrl-C, as shells count it."""
