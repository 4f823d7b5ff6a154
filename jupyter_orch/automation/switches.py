"""Which schedules and sensors are on, and from when on their due times count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_orch import clock
from jupyter_orch.automation.deployed import Deployed
from jupyter_orch.ports import ScheduleStorage
from jupyter_orch.records.tick import Instigator


class Switches:
    """Switches of schedules and sensors. One that nobody has touched follows the default in the code."""

    def __init__(self, storage: ScheduleStorage) -> None:
        self._storage = storage

    def current(self, deployed: Deployed) -> Instigator:
        """One switch, in step with the code."""
        return self.in_step([deployed], {})[deployed.instigator_id]

    def in_step(self, deployed: Sequence[Deployed], known: Mapping[str, Instigator]) -> dict[str, Instigator]:
        """The switches by id: new ones are made, and those whose definition was edited follow it.

        Args:
            known: switches that were read already; the others are read here.
        """
        switches = {d.instigator_id: known.get(d.instigator_id) for d in deployed}
        missing = [d for d in deployed if switches[d.instigator_id] is None]
        if len(missing) == 1:
            switches[missing[0].instigator_id] = self._storage.get_instigator(missing[0].instigator_id)
        elif missing:
            switches |= {i.instigator_id: i for i in self._storage.list_instigators() if i.instigator_id in switches}
        now = clock.now()
        fresh = [_switch(d, now) for d in deployed if switches[d.instigator_id] is None]
        if fresh:
            self._storage.put_instigators(fresh)
        made = {i.instigator_id: i for i in fresh}
        return {
            d.instigator_id: self._follow(d, switches[d.instigator_id] or made[d.instigator_id], now) for d in deployed
        }

    def turn(self, deployed: Deployed, *, on: bool) -> Instigator:
        """Switch it; when it goes on, only due times from now on count."""
        switch, now = self.current(deployed), clock.now()
        changes: dict[str, object] = {"running": on, "by_default": False}
        if on and not switch.running:
            changes |= {"effective_from": now, "definition_hash": deployed.definition_hash}
            if deployed.kind == "sensor":
                changes["next_at"] = max(now, switch.next_at or now)
        return self._storage.change_instigator(switch.instigator_id, **changes) or switch

    def set_cursor(self, deployed: Deployed, cursor: str | None) -> Instigator:
        """Give a sensor another memory; None takes it away."""
        switch = self.current(deployed)
        return self._storage.change_instigator(switch.instigator_id, cursor=cursor) or switch

    def _follow(self, deployed: Deployed, switch: Instigator, now: float) -> Instigator:
        """A changed cron line or zone never fires for the past, and a changed default switches what nobody touched."""
        changes: dict[str, object] = {}
        if switch.definition_hash != deployed.definition_hash:
            changes |= {"definition_hash": deployed.definition_hash, "effective_from": now}
        if switch.by_default and switch.running != deployed.default_running:
            changes |= {"running": deployed.default_running, "effective_from": now}
        if not changes:
            return switch
        return self._storage.change_instigator(switch.instigator_id, **changes) or switch


def _switch(deployed: Deployed, now: float) -> Instigator:
    return Instigator(
        instigator_id=deployed.instigator_id,
        kind=deployed.kind,
        location=deployed.place.location,
        repository=deployed.place.repository,
        name=deployed.name,
        running=deployed.default_running,
        definition_hash=deployed.definition_hash,
        effective_from=now,
        next_at=now if deployed.kind == "sensor" else None,
    )
