"""The classic exceptions, each a kind of :class:`~jupyter_orch.errors.OrchError`; the docstring is the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_orch.errors import OrchError

if TYPE_CHECKING:
    from jupyter_orch.records.messages import ConfigError


class DagsterError(OrchError):
    """Something in a definition or a run went wrong."""


class DagsterInvalidDefinitionError(DagsterError):
    """A definition contradicts itself or another definition."""

    code = "INVALID_DEFINITION"


class DagsterInvalidSubsetError(DagsterError):
    """A selection names something that the pipeline does not have."""

    code = "INVALID_SUBSET"


class DagsterInvariantViolationError(DagsterError):
    """A rule of the API was broken by the calling code."""

    code = "INVARIANT_VIOLATION"


class DagsterInvalidInvocationError(DagsterInvariantViolationError):
    """A definition was called with arguments that do not fit it."""

    code = "INVALID_INVOCATION"


class DagsterInvalidConfigDefinitionError(DagsterError):
    """A config schema holds something that is no config type."""

    code = "INVALID_CONFIG_DEFINITION"


class DagsterInvalidConfigError(DagsterError):
    """A config document does not fit its schema.

    Attributes:
        errors: every mistake, as :class:`jupyter_orch.records.messages.ConfigError`.
    """

    code = "INVALID_CONFIG"

    def __init__(self, subject: str, errors: list[ConfigError], value: Any = None) -> None:
        """Args:
        subject: what was being checked, e.g. ``"the run config of pipeline 'etl'"``.
        errors: every mistake found.
        value: the document.
        """
        listed = "\n".join(
            f"  {number}. at {_place(error.path)}: {error.message}" for number, error in enumerate(errors, 1)
        )
        count = "one mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
        super().__init__(f"{count} in {subject}:\n{listed}", errors=tuple(errors))
        self.errors = tuple(errors)
        self.config_value = value


def _place(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path) if path else "the root"


class DagsterConfigMappingFunctionError(DagsterError):
    """A config mapping function raised an error or returned something that is no config."""

    code = "CONFIG_MAPPING"


class DagsterExecutionStepNotFoundError(DagsterError):
    """The plan has no such step."""

    code = "INVALID_STEP"


class DagsterStepOutputNotFoundError(DagsterError):
    """A step ended without giving an output that it must give."""

    code = "STEP_OUTPUT_NOT_FOUND"


class DagsterTypeCheckDidNotPass(DagsterError):
    """A value does not have the type that its input or output declares."""

    code = "TYPE_CHECK_FAILED"


class DagsterTypeCheckError(DagsterError):
    """A type check function raised an error or returned something that is no verdict."""

    code = "TYPE_CHECK_ERROR"


class DagsterTypeLoadingError(DagsterError):
    """A type loader could not make a value from its config."""

    code = "TYPE_LOADING"


class DagsterTypeMaterializationError(DagsterError):
    """A type materializer could not write a value."""

    code = "TYPE_MATERIALIZATION"


class DagsterUserCodeExecutionError(DagsterError):
    """User code raised an error; the original is the cause.

    Attributes:
        user_exception: what the user's code raised.
    """

    code = "USER_CODE"
    stands_for_its_cause = True
    """Whether ``raise_on_error`` raises what the user's code raised, as for a solid, and not this."""

    @property
    def user_exception(self) -> BaseException | None:
        """The exception that the user's code raised."""
        return self.__cause__


class DagsterExecutionStepExecutionError(DagsterUserCodeExecutionError):
    """The function of a solid raised an error."""

    code = "STEP_EXECUTION"


class DagsterResourceFunctionError(DagsterUserCodeExecutionError):
    """The function of a resource raised an error."""

    code = "RESOURCE_FUNCTION"
    stands_for_its_cause = False


class DagsterRunSetupError(DagsterUserCodeExecutionError):
    """The function of a logger or an executor raised an error before any step ran."""

    code = "RUN_SETUP"
    stands_for_its_cause = False


class DagsterExecutionLoadInputError(DagsterUserCodeExecutionError):
    """An IO manager could not load an input."""

    code = "LOAD_INPUT"


class DagsterExecutionHandleOutputError(DagsterUserCodeExecutionError):
    """An IO manager could not store an output."""

    code = "HANDLE_OUTPUT"


class HookExecutionError(DagsterUserCodeExecutionError):
    """A hook raised an error."""

    code = "HOOK"


class ScheduleExecutionError(DagsterUserCodeExecutionError):
    """A function of a schedule raised an error."""

    code = "SCHEDULE_FUNCTION"


class SensorExecutionError(DagsterUserCodeExecutionError):
    """The function of a sensor raised an error."""

    code = "SENSOR_FUNCTION"


class PartitionExecutionError(DagsterUserCodeExecutionError):
    """A function of a partition set raised an error."""

    code = "PARTITION_FUNCTION"


class DagsterUnknownResourceError(DagsterError, AttributeError):
    """A resource was asked for that was not declared."""

    code = "UNKNOWN_RESOURCE"


class DagsterUnmetExecutorRequirementsError(DagsterError):
    """The chosen executor can not run this pipeline as it stands."""

    code = "EXECUTOR_REQUIREMENTS"


class DagsterExecutionInterruptedError(DagsterError):
    """The run was stopped from outside."""

    code = "INTERRUPTED"


class DagsterSubprocessError(DagsterError):
    """A child process ended in a way nobody asked for."""

    code = "SUBPROCESS"


class DagsterUnknownPartitionError(DagsterError):
    """A partition was asked for that its set does not have."""

    code = "PARTITION_NOT_FOUND"


class DagsterRunNotFoundError(DagsterError):
    """The instance knows no run with this id."""

    code = "RUN_NOT_FOUND"


class DagsterUndefinedDataVersionError(DagsterInvariantViolationError):
    """Memoization needs a version that a definition does not have."""

    code = "VERSION_MISSING"


class PipelineNotFound(DagsterInvariantViolationError):
    """The repository has no such pipeline."""

    code = "PIPELINE_NOT_FOUND"


class ModeNotFound(DagsterInvariantViolationError):
    """The pipeline has no such mode."""

    code = "MODE_NOT_FOUND"


class PresetNotFound(DagsterInvariantViolationError):
    """The pipeline has no such preset."""

    code = "PRESET_NOT_FOUND"


class ScheduleNotFound(DagsterInvariantViolationError):
    """The repository has no such schedule."""

    code = "SCHEDULE_NOT_FOUND"


class SensorNotFound(DagsterInvariantViolationError):
    """The repository has no such sensor."""

    code = "SENSOR_NOT_FOUND"


class PartitionSetNotFound(DagsterInvariantViolationError):
    """The repository has no such partition set."""

    code = "PARTITION_SET_NOT_FOUND"


class ExperimentalWarning(Warning):
    """For ``warnings.filterwarnings(category=…)`` in programs that were written for it; nothing here warns so."""
