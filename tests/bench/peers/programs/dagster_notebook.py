"""A Dagster location whose job runs one notebook; NOTEBOOK names the file."""

import os

import dagster as dg
from dagstermill import ConfigurableLocalOutputNotebookIOManager, define_dagstermill_op

book = define_dagstermill_op(
    "book",
    notebook_path=os.environ["NOTEBOOK"],
    config_schema=dg.Field(dg.Permissive(), is_required=False),
    output_notebook_name="written",
    save_notebook_on_failure=False,
)


@dg.job(
    executor_def=dg.in_process_executor,
    resource_defs={"output_notebook_io_manager": ConfigurableLocalOutputNotebookIOManager()},
)
def notebook():
    book()


repository = dg.Definitions(jobs=[notebook])
