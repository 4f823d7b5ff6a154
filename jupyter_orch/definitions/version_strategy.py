"""Where versions come from when definitions bring none of their own."""

from __future__ import annotations

import hashlib
import inspect
from abc import ABC, abstractmethod
from typing import Any

from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.solid import SolidDefinition


class VersionStrategy(ABC):
    """Gives versions to the solids and resources of a pipeline."""

    @abstractmethod
    def get_solid_version(self, solid_def: SolidDefinition) -> str | None:
        """The version of a solid, or None."""

    def get_resource_version(self, _resource_def: ResourceDefinition) -> str | None:
        """The version of a resource, or None."""
        return None


class SourceHashVersionStrategy(VersionStrategy):
    """The version is a hash of the function's source."""

    def get_solid_version(self, solid_def: SolidDefinition) -> str:
        """Hash of the solid's function."""
        return _hash(solid_def.compute_fn)

    def get_resource_version(self, resource_def: ResourceDefinition) -> str:
        """Hash of the resource's function."""
        return _hash(resource_def.resource_fn)


def _hash(function: Any) -> str:
    return hashlib.sha1(inspect.getsource(function).encode(), usedforsecurity=False).hexdigest()
