"""How far a run is: a fold over its events that knows which step may run next.

Nothing here runs a step or waits. Executors ask :meth:`Progress.take_ready`, run what they get, and give every event
back to
:meth:`Progress.note`.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from dataclasses import replace

from jupyter_orch.definitions.errors import DagsterExecutionStepNotFoundError, DagsterInvariantViolationError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.execution import events
from jupyter_orch.plan.plan import (
    ExecutionPlan,
    FromCollect,
    FromMany,
    FromOutput,
    Step,
    StepInput,
    mapped_key,
    sources_of,
)
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import KnownState

PRIORITY_TAG = "dagster/priority"
SUCCEEDED, FAILED, SKIPPED, ABANDONED = "succeeded", "failed", "skipped", "abandoned"


class Progress:
    """The state of one run of a plan.

    Args:
        plan: what could run.
        only: keys of the steps that shall run; None for all that are not known yet.
        known: earlier work to build on.

    Raises:
        DagsterExecutionStepNotFoundError: ``only`` names a step that the plan does not have.
        DagsterInvariantViolationError: ``only`` names a dynamic producer together with one of the steps that it will
        make.
    """

    def __init__(self, plan: ExecutionPlan, only: tuple[str, ...] | None, known: KnownState) -> None:
        self._plan = plan
        self.attempts: dict[str, int] = dict(known.attempts)
        self.outcomes: dict[str, str] = {
            **dict.fromkeys(known.outputs, SUCCEEDED),
            **dict.fromkeys(known.failed, FAILED),
        }
        self._outputs: dict[str, set[str]] = {key: set(names) for key, names in known.outputs.items()}
        self._mapping_keys: dict[tuple[str, str], list[str]] = {
            _split(name): list(keys) for name, keys in known.mapping_keys.items()
        }
        self._steps: dict[str, Step] = {}
        self._missing: dict[str, int] = {}
        self._behind: dict[str, list[str]] = {}
        self._groups: dict[str, int] = {}
        self._unexpanded: dict[tuple[str, str], list[Step]] = {}
        self._ready: list[tuple[int, int, str]] = []
        self._waiting_retries: list[tuple[float, str]] = []
        self._running: set[str] = set()
        self._notices: deque[Event] = deque()
        self._settling: deque[tuple[str, str]] = deque()
        self._order = 0
        self._open = 0
        self._begin(only)

    def _begin(self, only: tuple[str, ...] | None) -> None:
        chosen = self._chosen(only)
        for step in chosen:
            if step.is_unresolved:
                self._groups[step.key] = -1
                self._unexpanded.setdefault(step.dynamic_source, []).append(step)  # type: ignore[arg-type]
                self._open += 1
            else:
                self._steps[step.key] = step
        to_run = set(self._steps) | set(self._groups)
        for step in list(self._steps.values()):
            self._enroll(step, to_run)
        for source in list(self._unexpanded):
            if source[0] not in to_run:
                self._expand(source, to_run)
        self._settle_all()

    def _chosen(self, only: tuple[str, ...] | None) -> list[Step]:
        if only is None:
            return [step for step in self._plan.steps.values() if step.key not in self.outcomes]
        chosen = {}
        for key in only:
            step = self._plan.find(key)
            if step is None:
                raise DagsterExecutionStepNotFoundError(unknown("step", key, self._plan.steps, "the plan"))
            chosen[key] = step
        for key, step in chosen.items():
            self._drop_known(key)
            if step.is_unresolved:
                for made in [made for made in self._outputs if made.startswith(key.removesuffix("?]"))]:
                    self._drop_known(made)
        for step in chosen.values():
            producer = step.dynamic_source[0] if step.dynamic_source and not step.is_unresolved else None
            if producer in chosen:
                raise DagsterInvariantViolationError(
                    f"the selection names {step.key!r} and also {producer!r}, which only says while it runs whether "
                    "there will be such a step; "
                    f"select {mapped_key(step.key.rpartition('[')[0], '?')!r} instead"
                )
            self._check_mapping_key(step)
        return list(chosen.values())

    def _check_mapping_key(self, step: Step) -> None:
        source = step.dynamic_source
        if step.mapping_key is None or source is None or source[0] not in self.outcomes:
            return
        keys = self._mapping_keys.get(source, [])
        if step.mapping_key not in keys:
            stem = step.key.rpartition("[")[0]
            known = [mapped_key(stem, key) for key in keys]
            raise DagsterExecutionStepNotFoundError(unknown("step", step.key, known, f"what {source[0]!r} gave"))

    def _drop_known(self, key: str) -> None:
        self.outcomes.pop(key, None)
        self._outputs.pop(key, None)
        for source in [source for source in self._mapping_keys if source[0] == key]:
            del self._mapping_keys[source]

    # what may run

    @property
    def is_done(self) -> bool:
        """Whether every step has come to its end."""
        return self._open == 0

    @property
    def running(self) -> set[str]:
        """Keys of the steps that were taken and have not ended."""
        return self._running

    def take_ready(self, limit: int = 1) -> list[Step]:
        """Steps that may start now, by priority, then in the order of the plan; they count as running from here on."""
        self._wake_retries()
        taken: list[Step] = []
        while self._ready and len(taken) < limit:
            key = heapq.heappop(self._ready)[2]
            self._running.add(key)
            taken.append(self._with_given_inputs(self._steps[key]))
        return taken

    def put_back(self, step: Step) -> None:
        """A taken step does not start after all, for now."""
        self._running.discard(step.key)
        self._push(self._steps[step.key])

    def seconds_to_next_retry(self) -> float | None:
        """How long until a step that waits for another attempt may start; None when none waits."""
        return max(0.0, self._waiting_retries[0][0] - time.monotonic()) if self._waiting_retries else None

    def attempt(self, key: str) -> int:
        """The number of the attempt that a step is in, counted from 1."""
        return self.attempts.get(key, 0) + 1

    def notices(self) -> list[Event]:
        """What is to be said about steps that will not run."""
        said = list(self._notices)
        self._notices.clear()
        return said

    def known_state(self, run_ids: dict[str, str]) -> KnownState:
        """What another process must know to run one of the steps."""
        return KnownState(
            source_run_ids=run_ids,
            outputs={k: tuple(sorted(v)) for k, v in self._outputs.items() if self.outcomes.get(k) == SUCCEEDED},
            mapping_keys={f"{s}.{o}": tuple(keys) for (s, o), keys in self._mapping_keys.items()},
            attempts=self.attempts,
        )

    def _wake_retries(self) -> None:
        now = time.monotonic()
        while self._waiting_retries and self._waiting_retries[0][0] <= now:
            self._push(self._steps[heapq.heappop(self._waiting_retries)[1]])

    def _push(self, step: Step) -> None:
        self._order += 1
        heapq.heappush(self._ready, (-_priority(step), self._order, step.key))

    # what has happened

    def note(self, event: Event) -> None:
        """Take an event of a step into account."""
        kind, key = event.type, event.step_key
        if key is None:
            return
        if kind is EventType.STEP_OUTPUT:
            if event.data["type_check"]["success"]:
                self._note_output(key, event.data["output_name"], event.data["mapping_key"])
        elif kind is EventType.STEP_SUCCESS:
            self._outputs.setdefault(key, set())
            self._end(key, SUCCEEDED)
        elif kind is EventType.STEP_FAILURE:
            self._end(key, FAILED)
        elif kind is EventType.STEP_UP_FOR_RETRY:
            self._forget_attempt(key)
            self._running.discard(key)
            heapq.heappush(self._waiting_retries, (time.monotonic() + event.data["seconds_to_wait"], key))

    def _note_output(self, key: str, name: str, mapping_key: str | None) -> None:
        self._outputs.setdefault(key, set()).add(name)
        if mapping_key is not None:
            self._mapping_keys.setdefault((key, name), []).append(mapping_key)

    def _forget_attempt(self, key: str) -> None:
        self.attempts[key] = self.attempt(key)
        self._drop_known(key)

    def _end(self, key: str, outcome: str) -> None:
        self._running.discard(key)
        self._settling.append((key, outcome))
        self._settle_all()

    def _settle_all(self) -> None:
        while self._settling:
            key, outcome = self._settling.popleft()
            if key in self.outcomes:
                continue
            self.outcomes[key] = outcome
            self._open -= 1
            self._grow(key)
            for follower in self._behind.pop(key, ()):
                self._missing[follower] -= 1
                if self._missing[follower] == 0:
                    self._decide(self._steps[follower])
            self._settle_group(key)

    def _settle_group(self, key: str) -> None:
        step = self._steps.get(key)
        if step is None or step.mapping_key is None:
            return
        group = f"{key.rpartition('[')[0]}[?]"
        if group in self._groups:
            self._groups[group] -= 1
            if self._groups[group] == 0:
                self._settling.append((group, SUCCEEDED))

    def _grow(self, key: str) -> None:
        for source in [source for source in self._unexpanded if source[0] == key]:
            self._expand(source, set(self._steps) | set(self._groups))

    def _expand(self, source: tuple[str, str], to_run: set[str]) -> None:
        """A dynamic output is complete (or will never come): make the steps that run once for each of its values."""
        mapped = self._unexpanded.pop(source, [])
        outcome = self.outcomes.get(source[0], SUCCEEDED)
        if outcome != SUCCEEDED:
            for step in mapped:
                if outcome == SKIPPED:
                    self._notices.append(events.step_skipped(step.key, f"step {source[0]!r} was skipped"))
                else:
                    self._notices.append(events.abandoned(step.key, [source[0]]))
                self._settling.append((step.key, SKIPPED if outcome == SKIPPED else ABANDONED))
            return
        if source[0] not in self.outcomes and source not in self._mapping_keys:
            raise DagsterInvariantViolationError(
                f"{mapped[0].key!r} is selected without step {source[0]!r}, and no earlier run says which values its "
                f"output {source[1]!r} has"
            )
        keys = self._mapping_keys.get(source, [])
        fresh: list[Step] = []
        for step in mapped:
            made = [resolved for key in keys if (resolved := step.resolved(key)).key not in self.outcomes]
            self._groups[step.key] = len(made)
            if not made:
                self._settling.append((step.key, SUCCEEDED))
            fresh += made
        for step in fresh:
            self._steps[step.key] = step
            to_run.add(step.key)
        for step in fresh:
            self._enroll(step, to_run)

    def _enroll(self, step: Step, to_run: set[str]) -> None:
        self._open += 1
        before = {
            key for source in sources_of(step) for key in self._awaited(source, to_run) if key not in self.outcomes
        }
        self._missing[step.key] = len(before)
        for key in before:
            self._behind.setdefault(key, []).append(step.key)
        if not before:
            self._decide(step)

    def _awaited(self, source: FromOutput | FromCollect, to_run: set[str]) -> list[str]:
        if source.step_key in to_run:
            return [source.step_key]
        if isinstance(source, FromCollect) and source.step_key.endswith("[?]"):
            producer = self._plan.step(source.step_key).dynamic_source
            says_which = [producer[0]] if producer and producer[0] in to_run else []
            return says_which + [key for key in self._mapped_steps(source.step_key) if key in to_run]
        return []

    def _decide(self, step: Step) -> None:
        """All that feeds a step has ended: it may run, or is skipped, or abandoned."""
        failed = sorted(
            {s.step_key for s in sources_of(step) if self.outcomes.get(s.step_key) in (FAILED, ABANDONED)}
            | self._failed_in_groups(step)
        )
        if failed:
            self._notices.append(events.abandoned(step.key, failed))
            self._settling.append((step.key, ABANDONED))
            return
        for item in step.inputs:
            reason = self._reason_to_skip(item)
            if reason:
                self._notices.append(events.step_skipped(step.key, reason))
                self._settling.append((step.key, SKIPPED))
                return
        self._push(step)

    def _failed_in_groups(self, step: Step) -> set[str]:
        failed = set()
        for source in sources_of(step):
            if isinstance(source, FromCollect) and source.step_key.endswith("[?]"):
                failed |= {
                    key for key in self._mapped_steps(source.step_key) if self.outcomes.get(key) in (FAILED, ABANDONED)
                }
        return failed

    def _mapped_steps(self, group: str) -> list[str]:
        dynamic_source = self._plan.step(group).dynamic_source
        return [mapped_key(group, key) for key in self._mapping_keys.get(dynamic_source, ())] if dynamic_source else []

    # which outputs there are

    def _is_given(self, source: FromOutput) -> bool:
        if source.step_key not in self._outputs:
            return source.step_key not in self.outcomes  # not of this run and nothing is known: take it as given
        return source.output in self._outputs[source.step_key]

    def _reason_to_skip(self, item: StepInput) -> str | None:
        source = item.source
        if isinstance(source, FromOutput) and not self._is_given(source):
            return (
                f"output {source.output!r} of step {source.step_key!r}, which feeds input {item.name!r}, was not given"
            )
        if (
            isinstance(source, FromMany)
            and source.sources
            and all(isinstance(p, FromOutput) and not self._is_given(p) for p in source.sources)
        ):
            return f"none of the outputs that feed input {item.name!r} was given"
        if isinstance(source, FromCollect) and self.outcomes.get(source.step_key) == SKIPPED:
            return f"step {source.step_key!r}, which feeds input {item.name!r}, was skipped"
        return None

    def _with_given_inputs(self, step: Step) -> Step:
        """The step with every list input reduced to the outputs that there are."""
        if not any(isinstance(item.source, (FromMany, FromCollect)) for item in step.inputs):
            return step
        return replace(step, inputs=tuple(self._given_input(item) for item in step.inputs))

    def _given_input(self, item: StepInput) -> StepInput:
        source = item.source
        if isinstance(source, FromCollect):
            return StepInput(item.definition, FromMany(tuple(self._collected(source))))
        if isinstance(source, FromMany):
            parts: list[object] = []
            for part in source.sources:
                if isinstance(part, FromCollect):
                    parts += self._collected(part)
                elif not isinstance(part, FromOutput) or self._is_given(part):
                    parts.append(part)
            return StepInput(item.definition, FromMany(tuple(parts)))
        return item

    def _collected(self, source: FromCollect) -> list[FromOutput]:
        if not source.step_key.endswith("[?]"):
            return [
                FromOutput(source.step_key, source.output, key)
                for key in self._mapping_keys.get((source.step_key, source.output), ())
            ]
        made = [FromOutput(key, source.output) for key in self._mapped_steps(source.step_key)]
        return [part for part in made if self._is_given(part)]


def _split(name: str) -> tuple[str, str]:
    step_key, _, output = name.rpartition(".")
    return step_key, output


def _priority(step: Step) -> int:
    try:
        return int(step.tags.get(PRIORITY_TAG, 0))
    except ValueError:
        return 0
