"""Assets: functions named after what they make. A thin layer over solids and pipelines."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.dependency import DependencyDefinition
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.function import Signature
from jupyter_orch.definitions.graph import explicit_graph
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition
from jupyter_orch.definitions.job import Graph
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.partition import PartitionsDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.definitions.solid import SolidDefinition, solid


class AssetIn:
    """Where an asset's input comes from: another key or a namespace of its own.

    Args:
        asset_key: the asset that is read.
        namespace: begin of its key; the name is the parameter.
        metadata: for IO managers.
    """

    def __init__(self, asset_key: Any = None, namespace: Any = None, metadata: dict[str, Any] | None = None) -> None:
        self.asset_key = None if asset_key is None else AssetKey.of(asset_key)
        self.namespace = [namespace] if isinstance(namespace, str) else list(namespace or ())
        self.metadata = metadata

    def key_for(self, name: str, namespace: list[str]) -> AssetKey:
        """The asset that the input reads."""
        return self.asset_key or AssetKey([*(self.namespace or namespace), name])


class AssetsDefinition:
    """An asset: a solid whose output is a thing with a name.

    Attributes:
        op: the solid.
        asset_key: the thing.
        input_keys: input → the asset that it reads.
    """

    def __init__(
        self,
        op: SolidDefinition,
        asset_key: AssetKey,
        input_keys: Mapping[str, AssetKey],
        partitions_def: PartitionsDefinition | None,
    ) -> None:
        self.op = op
        self.asset_key = asset_key
        self.input_keys = dict(input_keys)
        self.partitions_def = partitions_def

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function directly, as a test does."""
        return self.op(*args, **kwargs)


@makes(AssetsDefinition)
def asset(
    name: Any = None,
    namespace: Any = None,
    ins: Mapping[str, AssetIn] | None = None,
    non_argument_deps: Iterable[Any] | None = None,
    metadata: dict[str, Any] | None = None,
    description: str | None = None,
    required_resource_keys: set[str] | None = None,
    io_manager_key: str | None = None,
    config_schema: Any = None,
    compute_kind: str | None = None,
    dagster_type: Any = None,
    partitions_def: PartitionsDefinition | None = None,
    retry_policy: RetryPolicy | None = None,
    version: str | None = None,
) -> Any:
    """Decorator: a function becomes an asset; its parameters are the assets that it is made from.

    Args:
        name: last part of the key; the function's name when left out.
        namespace: the parts before it.
        ins: parameter → :class:`AssetIn`, where the name alone does not say which asset.
        non_argument_deps: assets that must be made before, without being read.
        compute_kind: shown on the node.
        metadata, description, required_resource_keys, io_manager_key, config_schema, dagster_type, retry_policy,
            version: as for a solid.
        partitions_def: slices of the asset.
    """
    if callable(name):
        return asset()(name)
    prefix = [namespace] if isinstance(namespace, str) else list(namespace or ())

    def decorate(fn: Callable[..., Any]) -> AssetsDefinition:
        called = name or fn.__name__
        key = AssetKey([*prefix, called])
        signature = Signature(fn)
        keys = {p.name: (ins or {}).get(p.name, AssetIn()).key_for(p.name, prefix) for p in signature.parameters}
        inputs = [
            InputDefinition(p, asset_key=k, metadata=(ins or {}).get(p, AssetIn()).metadata) for p, k in keys.items()
        ]
        order_only = {f"after_{'_'.join(k.path)}": k for k in (AssetKey.of(item) for item in non_argument_deps or ())}
        inputs += [InputDefinition(input_name, type(None), asset_key=k) for input_name, k in order_only.items()]
        output = OutputDefinition(
            dagster_type or signature.output_type(), metadata=metadata, asset_key=key, io_manager_key=io_manager_key
        )
        made = solid(
            "__".join(key.path),
            description or inspect.getdoc(fn),
            inputs,
            [output],
            config_schema,
            required_resource_keys,
            {"kind": compute_kind} if compute_kind else None,
            version,
            retry_policy,
        )(fn)
        return AssetsDefinition(made, key, {**keys, **order_only}, partitions_def)

    return decorate


def build_assets_job(
    name: str,
    assets: list[AssetsDefinition],
    source_assets: Iterable[Any] = (),
    resource_defs: Mapping[str, Any] | None = None,
    description: str | None = None,
    config: Any = None,
    tags: dict[str, Any] | None = None,
    executor_def: Any = None,
    partitions_def: PartitionsDefinition | None = None,
) -> PipelineDefinition:
    """A job that makes assets, each after those that it is made from.

    Args:
        name: of the job.
        assets: what to make.
        source_assets: keys of assets that are only read; their inputs need a value or a root manager.
        resource_defs, description, config, tags, executor_def, partitions_def: as for a job.

    Raises:
        DagsterInvalidDefinitionError: an asset is made twice, or reads one that nobody makes.
    """
    by_key: dict[AssetKey, AssetsDefinition] = {}
    for item in assets:
        if by_key.setdefault(item.asset_key, item) is not item:
            raise DagsterInvalidDefinitionError(
                f"job {name!r} makes the asset {item.asset_key.to_user_string()!r} twice"
            )
    outside = {AssetKey.of(getattr(item, "key", item)) for item in source_assets}
    dependencies: dict[str, dict[str, Any]] = {}
    for item in assets:
        dependencies[item.op.name] = {}
        for input_name, key in item.input_keys.items():
            if key in by_key:
                dependencies[item.op.name][input_name] = DependencyDefinition(by_key[key].op.name)
            elif key not in outside and not item.op.input_dict[input_name].has_default_value:
                raise DagsterInvalidDefinitionError(
                    f"asset {item.asset_key.to_user_string()!r} reads {key.to_user_string()!r}, which no asset of "
                    f"job {name!r} makes; add it to assets or source_assets"
                )
    invocations, wiring = explicit_graph(f"job {name!r}", [item.op for item in assets], dependencies)
    graph = Graph(name, invocations, wiring)
    slices = partitions_def or next((item.partitions_def for item in assets if item.partitions_def is not None), None)
    return graph.to_job(
        name, description, resource_defs, config, tags, executor_def=executor_def, partitions_def=slices
    )


class SourceAsset:
    """An asset that somebody else makes: only its key."""

    def __init__(self, key: Any, description: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        self.key = AssetKey.of(key)
        self.description = description
        self.metadata = metadata or {}
