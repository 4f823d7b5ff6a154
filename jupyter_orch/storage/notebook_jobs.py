"""Jobs of plain notebooks as SQL."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from jupyter_orch.ports.notebook_jobs import NotebookJobExists, NotebookJobStorage
from jupyter_orch.records.notebook_job import NotebookJob
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import notebook_jobs


class SqlNotebookJobs(NotebookJobStorage):
    """See :class:`jupyter_orch.ports.NotebookJobStorage`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = dialect_insert(database)

    def put_notebook_job(self, job: NotebookJob) -> None:
        values = {"job_id": job.job_id, "name": job.name, "create_time": job.create_time, "body": rows.to_text(job)}
        upsert = self._insert(notebook_jobs).values(values)
        statement = upsert.on_conflict_do_update(index_elements=["job_id"], set_=values)
        try:
            with self._database.write() as connection:
                connection.execute(statement)
        except IntegrityError as error:
            raise NotebookJobExists(f"there is a notebook job named {job.name!r} already", name=job.name) from error

    def remove_notebook_job(self, job_id: str) -> bool:
        with self._database.write() as connection:
            removed = connection.execute(delete(notebook_jobs).where(notebook_jobs.c.job_id == job_id))
            return removed.rowcount == 1

    def get_notebook_job(self, job_id: str) -> NotebookJob | None:
        statement = select(notebook_jobs.c.body).where(notebook_jobs.c.job_id == job_id)
        with self._database.read() as connection:
            found = connection.execute(statement).scalar()
        return None if found is None else msgspec.json.decode(found, type=NotebookJob)

    def list_notebook_jobs(self) -> list[NotebookJob]:
        statement = select(notebook_jobs.c.body).order_by(notebook_jobs.c.create_time, notebook_jobs.c.job_id)
        with self._database.read() as connection:
            found = connection.execute(statement).scalars().all()
        return [msgspec.json.decode(body, type=NotebookJob) for body in found]
