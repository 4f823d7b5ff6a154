"""``python -m jupyter_orch_kernel FD``: a cold runner, with the descriptor of its line."""

from __future__ import annotations

import gc
import importlib
import os
import sys

if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        os.setsid()
    gc.disable()  # what is imported stays: looking through it again and again took an eighth of the time
    runner = importlib.import_module("jupyter_orch_kernel.runner")
    gc.enable()
    sys.exit(runner.main(int(sys.argv[1])))
