"""A location whose sensor never answers."""

import time

from jupyter_orch import DefaultSensorStatus, pipeline, repository, sensor, solid


@solid
def one(_):
    return 1


@pipeline
def small():
    one()


@sensor(pipeline_name="small", minimum_interval_seconds=1, default_status=DefaultSensorStatus.RUNNING)
def hangs(_):
    while True:
        time.sleep(0.01)


@repository
def repo():
    return [small, hangs]
