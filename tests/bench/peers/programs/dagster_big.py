"""A Dagster location with one job of 5,000 ops."""

import dagster as dg
from dagster_code import big

repository = dg.Definitions(jobs=[big()])
