"""Tasks that do nothing in two Dask processes: prints milliseconds per task as JSON."""

import json
import logging
import time

from dask.distributed import Client, LocalCluster

COUNT = 100


def nothing(before=None):
    return None


def chain(client):
    before = None
    for _ in range(COUNT):
        before = client.submit(nothing, before, pure=False)
    before.result()


def fan_out(client):
    client.gather([client.submit(nothing, number, pure=False) for number in range(COUNT)])


def main():
    logging.disable(logging.CRITICAL)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    found = {}
    with LocalCluster(host="127.0.0.1", **options) as cluster, Client(cluster) as client:
        for work in (chain, fan_out):
            work(client)
            found[work.__name__] = []
            for _ in range(5):
                begun = time.perf_counter()
                work(client)
                found[work.__name__].append((time.perf_counter() - begun) * 1000 / COUNT)
    return found


if __name__ == "__main__":
    print(json.dumps(main()))
