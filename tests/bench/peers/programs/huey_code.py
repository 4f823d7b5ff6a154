"""Tasks of huey, kept in SQLite without waiting for the disk; QUEUE names the file."""

import os
import time

from huey import SqliteHuey

huey = SqliteHuey(filename=os.environ["QUEUE"], fsync=False)


@huey.task()
def stamp(path):
    with open(path + ".draft", "w") as file:
        file.write(repr(time.time()))
    os.replace(path + ".draft", path)


@huey.task()
def nothing(number):
    return number
