"""The routes of REST, all of them; here those of the workspace, assets and the instance."""

from __future__ import annotations

from jupyter_orch.api.doors import CURSOR, LIMIT, PROBLEM, Door, Parameter
from jupyter_orch.api.rest_automation import AUTOMATION, BACKFILLS
from jupyter_orch.api.rest_runs import RUNS

WORKSPACE = (
    Door(
        method="GET",
        path="pipelines",
        name="listPipelines",
        summary="Every pipeline of the workspace.",
        document=f"""query {{ answer: repositoriesOrError {{ __typename ... on RepositoryConnection {{ nodes {{ name
            location {{ name }} pipelines {{ name description solidCount tags {{ key value }} modes {{ name }}
            presets {{ name mode runConfigYaml }} }} }} }} {PROBLEM} }} }}""",
        pick="nodes",
        wrap="repositories",
    ),
    Door(
        method="GET",
        path="locations",
        name="listLocations",
        summary="Every code location and whether its code loads.",
        document=f"""query {{ answer: workspaceOrError {{ __typename ... on Workspace {{ path locationEntries {{ name
            loadStatus stale progress updatedTimestamp loadError {{ message className file line hint }} }} }}
            {PROBLEM} }} }}""",
        pick="locationEntries",
        wrap="locations",
    ),
    Door(
        method="POST",
        path="locations/{name}/reload",
        name="reloadLocation",
        summary="Load a location's code again, and answer when that has ended (or with LOADING after a minute).",
        document=f"""mutation($name: String!) {{ answer: reloadRepositoryLocation(repositoryLocationName: $name) {{
            __typename ... on WorkspaceLocationEntry {{ name loadStatus stale progress updatedTimestamp
                loadError {{ message className file line hint }} }} {PROBLEM} }} }}""",
        parameters=(Parameter(name="name", variable="name", description="The location's name.", in_path=True),),
    ),
)

_ASSET_KEY = Parameter(
    name="key", variable="key.path", description="The key's parts joined by '/' (as %2F).", kind="path", in_path=True
)
_FACT = "partition runId timestamp cursor"

ASSETS = (
    Door(
        method="GET",
        path="assets",
        name="listAssets",
        summary="Keys of assets that runs have made or looked at.",
        document=f"""query($prefix: [String!], $cursor: String, $limit: Int) {{
            answer: assetsOrError(prefix: $prefix, cursor: $cursor, limit: $limit) {{ __typename
                ... on AssetConnection {{ nodes {{ key {{ path }} }} nextCursor: cursor }} {PROBLEM} }} }}""",
        parameters=(
            Parameter(name="prefix", variable="prefix", description="Only keys that begin so: a/b.", kind="path"),
            CURSOR,
            LIMIT,
        ),
        pick="nodes",
        wrap="assets",
    ),
    Door(
        method="GET",
        path="assets/{key}",
        name="getAsset",
        summary="One asset: its newest materializations and observations, and what it was made from.",
        document=f"""query($key: AssetKeyInput!) {{ answer: assetOrError(assetKey: $key) {{ __typename
            ... on Asset {{ key {{ path }} assetMaterializations(limit: 25) {{ {_FACT} }}
                assetObservations(limit: 25) {{ {_FACT} }}
                materializationCountByPartition {{ partition materializationCount }} }} {PROBLEM} }} }}""",
        parameters=(_ASSET_KEY,),
    ),
)

INSTANCE = (
    Door(
        method="GET",
        path="daemon",
        name="getDaemon",
        summary="The daemon's duties with their newest heartbeats, and the live servers and daemons.",
        document="""query { answer: instance { daemonHealth { allDaemonStatuses { daemonType required healthy
            lastHeartbeatTime lastHeartbeatErrors { message className } } }
            replicas { id host pid here startedAt lastHeartbeatTime version } } }""",
    ),
    Door(
        method="GET",
        path="audit",
        name="listAudit",
        summary="Who changed what, newest first.",
        document="""query($cursor: String, $limit: Int, $user: String) {
            answer: auditLog(cursor: $cursor, limit: $limit, user: $user) {
                id timestamp user action subject outcome } }""",
        parameters=(
            Parameter(name="user", variable="user", description="Only what this user did."),
            CURSOR,
            LIMIT,
        ),
        wrap="entries",
        paged="id",
    ),
)

DOORS: tuple[Door, ...] = (*RUNS, *WORKSPACE, *AUTOMATION, *BACKFILLS, *ASSETS, *INSTANCE)
