"""From a wish to a stored run: find the pipeline, check the config in its own code, store the run as QUEUED."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from jupyter_orch.names import did_you_mean
from jupyter_orch.ports import CodeServerError, CodeServers, LocationUnavailable
from jupyter_orch.records import codec
from jupyter_orch.records.known import pattern_of
from jupyter_orch.records.messages import ConfigVerdict, KnownState, LocationTarget, PipelineSelector, PlanSnapshot
from jupyter_orch.records.run import Run, Submission
from jupyter_orch.records.secret_fields import secret_paths, secret_variables
from jupyter_orch.records.snapshot import LocationSnapshot, PipelineSnapshot, PresetSnapshot
from jupyter_orch.runs import problems
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.run_tags import check_tags, tags_of
from jupyter_orch.runs.secret_config import errors_without_secrets, masks_in

ASK_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to run; what is left out is filled from preset and definitions."""

    location: str
    target: LocationTarget
    repository: str
    pipeline: str
    mode: str | None = None
    preset: str | None = None
    run_config: dict[str, Any] | None = None
    solid_selection: tuple[str, ...] | None = None
    step_keys: tuple[str, ...] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    known: KnownState = field(default_factory=KnownState)
    created_by: str = ""
    run_id: str | None = None
    parent_run_id: str | None = None
    root_run_id: str | None = None
    idempotency_key: str | None = None


class Submitter:
    """Submits runs: the one way in for people, schedules and scripts."""

    def __init__(self, code_servers: CodeServers, launching: Launching) -> None:
        self._code_servers = code_servers
        self._launching = launching

    def submit(self, wish: Wish) -> tuple[Run, bool]:
        """Check, store and, if the coordinator lets it, start a run.

        Returns:
            The run, and False when an earlier one with the same idempotency key was found.

        Raises:
            OrchError: one of ``runs.problems``; nothing was stored.
        """
        submission = self._submission(wish)
        self.check(submission)
        return self._launching.submit(submission, wish.run_id)

    def check_wish(self, wish: Wish) -> None:
        """Check as :meth:`submit` does, and store nothing.

        Raises:
            OrchError: one of ``runs.problems``.
        """
        self.check(self._submission(wish))

    def check(self, submission: Submission) -> None:
        """Look at the tags, and let the pipeline's own code check the run config.

        Raises:
            RunTagsInvalid, RunConfigInvalid: with every mistake.
        """
        check_tags(submission.tags)
        verdict = validate(self._code_servers, submission.location, submission.selector, submission.run_config)
        if not verdict.valid:
            raise problems.RunConfigInvalid(submission.selector.pipeline, verdict.errors)
        if submission.step_keys is not None:
            self._check_steps(submission, submission.step_keys)

    def code_now(self, location: str) -> str | None:
        """The version of the code that a run of a location would be of now; None while nobody knows."""
        try:
            return self._code_servers.definitions(location).code_version
        except LocationUnavailable:
            return None

    def _check_steps(self, submission: Submission, step_keys: tuple[str, ...]) -> None:
        params = {"selector": codec.to_json(submission.selector), "run_config": submission.run_config}
        plan = msgspec.convert(ask(self._code_servers, submission.location, "plan", params), PlanSnapshot)
        keys = {step.key for step in plan.steps}
        for key in step_keys:
            if key not in keys and pattern_of(key) not in keys:
                raise problems.InvalidStep(
                    f"the plan of {submission.selector.pipeline!r} has no step {key!r}{did_you_mean(key, keys)}",
                    step_key=key,
                )

    def _submission(self, wish: Wish) -> Submission:
        snapshot = self._code_servers.definitions(wish.location)
        pipeline = find_pipeline(snapshot, wish.repository, wish.pipeline, wish.location)
        wish = _with_preset(wish, pipeline)
        mode = wish.mode or pipeline.modes[0].name
        if mode not in {m.name for m in pipeline.modes}:
            names = ", ".join(m.name for m in pipeline.modes)
            raise problems.ModeNotFound(f"pipeline {wish.pipeline!r} has no mode {mode!r}; it has {names}", mode=mode)
        return Submission(
            location=wish.location,
            target=wish.target,
            selector=PipelineSelector(
                repository=wish.repository, pipeline=wish.pipeline, mode=mode, solid_selection=wish.solid_selection
            ),
            code_version=snapshot.code_version,
            run_config=wish.run_config or {},
            tags=tags_of(pipeline, wish.tags),
            step_keys=wish.step_keys,
            known=wish.known,
            created_by=wish.created_by,
            parent_run_id=wish.parent_run_id,
            root_run_id=wish.root_run_id,
            idempotency_key=wish.idempotency_key,
            secret_paths=secret_paths(pipeline, mode, wish.run_config),
            secret_variables=secret_variables(pipeline, mode, wish.run_config),
        )


def find_pipeline(snapshot: LocationSnapshot, repository: str, pipeline: str, location: str) -> PipelineSnapshot:
    """A pipeline in a location's definitions.

    Raises:
        PipelineNotFound: names what there is.
    """
    repositories = snapshot.repositories
    for candidate in repositories:
        if candidate.name == repository:
            for found in candidate.pipelines:
                if found.name == pipeline:
                    return found
            names = ", ".join(p.name for p in candidate.pipelines) or "none"
            raise problems.PipelineNotFound(
                f"repository {repository!r} has no pipeline {pipeline!r}; it has: {names}", pipeline=pipeline
            )
    names = ", ".join(r.name for r in repositories) or "none"
    raise problems.PipelineNotFound(
        f"code location {location!r} has no repository {repository!r}; it has: {names}", pipeline=pipeline
    )


def validate(code_servers: CodeServers, location: str, selector: PipelineSelector, run_config: Any) -> ConfigVerdict:
    """Ask a location whether a run config is right; what the verdict says holds no secret.

    Raises:
        OrchError: the pipeline, mode or selection does not exist, or the location does not answer.
    """
    pipeline = find_pipeline(code_servers.definitions(location), selector.repository, selector.pipeline, location)
    secrets = secret_paths(pipeline, selector.mode, run_config)
    if masked := masks_in(run_config, secrets):
        return ConfigVerdict(valid=False, errors=masked)
    params = {"selector": codec.to_json(selector), "run_config": run_config}
    verdict = msgspec.convert(ask(code_servers, location, "validate_config", params), ConfigVerdict)
    return replace(verdict, errors=errors_without_secrets(verdict.errors, secrets))


_TYPED = {
    kind.code: kind
    for kind in (
        problems.PipelineNotFound,
        problems.ModeNotFound,
        problems.PresetNotFound,
        problems.InvalidSubset,
        problems.InvalidStep,
    )
}


def ask(code_servers: CodeServers, location: str, method: str, params: dict[str, Any]) -> Any:
    """One request to a location's code; its typed refusals become ours."""
    try:
        return code_servers.ask(location, method, params, ASK_TIMEOUT)
    except CodeServerError as error:
        kind = _TYPED.get(error.code)
        if kind is not None:
            raise kind(error.message, **error.facts) from error
        raise


def _with_preset(wish: Wish, pipeline: PipelineSnapshot) -> Wish:
    if wish.preset is None:
        return wish
    preset = _find_preset(wish.preset, pipeline)
    if wish.run_config is not None or wish.mode is not None or wish.solid_selection is not None:
        raise problems.ConflictingParams(
            f"preset {wish.preset!r} says run config, mode and selection already: leave them out, or the preset"
        )
    return replace(
        wish,
        mode=preset.mode,
        run_config=preset.run_config,
        solid_selection=preset.solid_selection,
        tags={**preset.tags, "dagster/preset_name": preset.name, **wish.tags},
    )


def _find_preset(name: str, pipeline: PipelineSnapshot) -> PresetSnapshot:
    for preset in pipeline.presets:
        if preset.name == name:
            return preset
    names = ", ".join(p.name for p in pipeline.presets) or "none"
    raise problems.PresetNotFound(f"pipeline {pipeline.name!r} has no preset {name!r}; it has: {names}", preset=name)
