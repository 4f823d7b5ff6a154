"""The detached process that holds a run: claims it, gets it a runner, writes its history, ends it."""
