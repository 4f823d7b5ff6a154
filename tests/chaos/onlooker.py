"""A process that does a little work a hundred times a second and says how late each time was: what a machine gives anybody.

Beside a server that is measured it tells the server's own lag from that of a machine with too much to do.
"""

from __future__ import annotations

import json
import subprocess
import sys

EVERY, WORK = 0.01, 0.001
_PROGRAM = f"""
import json, sys, threading, time
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
lags = []
while not over.is_set():
    due = time.perf_counter() + {EVERY}
    time.sleep({EVERY})
    begun = time.thread_time()
    while time.thread_time() - begun < {WORK}:
        pass
    lags.append(max(0.0, time.perf_counter() - due - {WORK}))
print(json.dumps(lags))
"""


class Onlooker:
    """Looks on from now on."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def lags(self) -> list[float]:
        """Ends it; how late it was each time, in seconds."""
        found: list[float] = json.loads(self._process.communicate()[0] or "[]")
        return found
