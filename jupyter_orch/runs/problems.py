"""What can be wrong with a request about runs. The API turns each into its typed answer in one place."""

from __future__ import annotations

from jupyter_orch.errors import OrchError
from jupyter_orch.records.messages import ConfigError


class PipelineNotFound(OrchError):
    """There is no such pipeline."""

    code = "PIPELINE_NOT_FOUND"


class AssetNotFound(OrchError):
    """Nothing is known of such an asset."""

    code = "ASSET_NOT_FOUND"


class ModeNotFound(OrchError):
    """The pipeline has no such mode."""

    code = "MODE_NOT_FOUND"


class PresetNotFound(OrchError):
    """The pipeline has no such preset."""

    code = "PRESET_NOT_FOUND"


class InvalidSubset(OrchError):
    """The solid selection fits no solid."""

    code = "INVALID_SUBSET"


class InvalidStep(OrchError):
    """The plan has no such step."""

    code = "INVALID_STEP"


class ConflictingParams(OrchError):
    """A preset can not be combined with its own parts."""

    code = "CONFLICTING_EXECUTION_PARAMS"


class RunNotFound(OrchError):
    """There is no such run."""

    code = "RUN_NOT_FOUND"


class InvalidFilter(OrchError):
    """A filter or cursor is none of ours."""

    code = "INVALID_FILTER"


class RunConflict(OrchError):
    """A different run with this id exists already."""

    code = "RUN_CONFLICT"


class CannotTerminate(OrchError):
    """The run can not be terminated."""

    code = "CANNOT_TERMINATE"


class RunConfigInvalid(OrchError):
    """The run config is wrong."""

    code = "RUN_CONFIG_INVALID"

    def __init__(self, pipeline: str, errors: tuple[ConfigError, ...]) -> None:
        """Args:
        pipeline: whose config it was.
        errors: every mistake.
        """
        lines = "\n".join(f"{' › '.join(map(str, e.path)) or '(top)'}: {e.message}" for e in errors)
        super().__init__(f"the run config of {pipeline} has {len(errors)} mistake(s):\n{lines}")
        self.pipeline = pipeline
        self.errors = errors


class RunTagsInvalid(OrchError):
    """Tags can not be kept or understood."""

    code = "RUN_TAGS_INVALID"

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        """Args:
        mistakes: one sentence for each.
        """
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
