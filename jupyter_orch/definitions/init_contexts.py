"""What functions that make resources and loggers are given to see."""

from __future__ import annotations

from typing import Any

from jupyter_orch.definitions.config import checked
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.logger import DagsterLogManager, python_log
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.resource_scope import NO_RESOURCES, ScopedResources
from jupyter_orch.definitions.run import PipelineRun


class InitResourceContext:
    """What a resource's function sees.

    Attributes:
        resource_config: its config.
        resources: the resources that it declared.
        resource_def: its definition.
        instance: the instance, or None.
        pipeline_run: the run, or None outside of one.
        log: writes to the run's log.
    """

    def __init__(
        self,
        resource_config: Any = None,
        resources: ScopedResources = NO_RESOURCES,
        resource_def: Any = None,
        instance: Any = None,
        pipeline_run: PipelineRun | None = None,
        log: DagsterLogManager | None = None,
        storage_directory: str | None = None,
    ) -> None:
        self.resource_config = resource_config
        self.resources = resources
        self.resource_def = resource_def
        self.instance = instance
        self.pipeline_run = pipeline_run
        self.log = log or python_log()
        self._storage_directory = storage_directory

    @property
    def run_id(self) -> str | None:
        """The run's id, or None outside of one."""
        return self.pipeline_run.run_id if self.pipeline_run else None

    @property
    def dagster_run(self) -> PipelineRun | None:
        """The run under its later word."""
        return self.pipeline_run

    @property
    def storage_directory(self) -> str:
        """The folder in which the instance keeps values.

        Raises:
            DagsterInvariantViolationError: there is no instance with a folder.
        """
        if self._storage_directory:
            return self._storage_directory
        if self.instance is not None:
            return str(self.instance.storage_directory())
        raise DagsterInvariantViolationError(
            "there is no instance here, so no folder for values; give base_dir in the config"
        )

    def for_definition(self, definition: ResourceDefinition) -> InitResourceContext:
        """This context with the config checked against a definition."""
        config = (
            checked(definition.schema_type, self.resource_config, "the config of the resource")
            if definition.has_config
            else self.resource_config
        )
        return InitResourceContext(
            definition.apply_config(config),
            self.resources,
            definition,
            self.instance,
            self.pipeline_run,
            self.log,
            self._storage_directory,
        )


ResourceDefinition.empty_context = InitResourceContext


class InitLoggerContext:
    """What a logger's function sees: ``logger_config``, ``run_id``, ``pipeline_def``, ``logger_def``."""

    def __init__(
        self, logger_config: Any = None, pipeline_def: Any = None, logger_def: Any = None, run_id: str | None = None
    ) -> None:
        self.logger_config = logger_config
        self.pipeline_def = pipeline_def
        self.logger_def = logger_def
        self.run_id = run_id
