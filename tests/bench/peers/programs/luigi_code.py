"""A hundred Luigi tasks that do nothing but leave their files: ``KIND WORKERS``; prints milliseconds per task as JSON."""

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import luigi

COUNT = 100


class Leaf(luigi.Task):
    folder = luigi.Parameter()
    number = luigi.IntParameter()

    def output(self):
        return luigi.LocalTarget(str(Path(self.folder, str(self.number))))

    def run(self):
        with self.output().open("w") as file:
            file.write("x")


class Chain(Leaf):
    def requires(self):
        return [Chain(folder=self.folder, number=self.number - 1)] if self.number else []


class FanOut(Leaf):
    def requires(self):
        return [Leaf(folder=self.folder, number=number) for number in range(self.number)]


def main(kind, workers):
    logging.disable(logging.CRITICAL)
    last = {"chain": Chain, "fan_out": FanOut}[kind]
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            tasks = [last(folder=folder, number=COUNT - 1)]
            assert luigi.build(tasks, workers=int(workers), local_scheduler=True, log_level="CRITICAL")
            found.append((time.perf_counter() - begun) * 1000 / COUNT)
            assert len(list(Path(folder).iterdir())) == COUNT
    return found


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
