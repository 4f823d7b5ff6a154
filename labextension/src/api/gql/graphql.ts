/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AssetKeyInput = {
  path: Array<string>;
};

export type BulkActionStatus =
  | 'CANCELED'
  | 'COMPLETED'
  | 'FAILED'
  | 'PAUSED'
  | 'REQUESTED';

export type ComputeIoType =
  | 'STDERR'
  | 'STDOUT';

export type ExecutionMetadata = {
  parentRunId?: string | null | undefined;
  rootRunId?: string | null | undefined;
  runId?: string | null | undefined;
  tags?: Array<ExecutionTag> | null | undefined;
};

export type ExecutionParams = {
  executionMetadata?: ExecutionMetadata | null | undefined;
  /** A second launch with the same key gives the first run. */
  idempotencyKey?: string | null | undefined;
  mode?: string | null | undefined;
  preset?: string | null | undefined;
  runConfigData?: string | null | undefined;
  selector: PipelineSelector;
  stepKeys?: Array<string> | null | undefined;
};

export type ExecutionTag = {
  key: string;
  value: string;
};

export type InstigationStatus =
  | 'RUNNING'
  | 'STOPPED';

export type InstigationTickStatus =
  | 'FAILURE'
  | 'SKIPPED'
  | 'STARTED'
  | 'SUCCESS';

/** Partitions are chosen by `partitionNames`, by `partitionRange`, or all of them by `allPartitions`. */
export type LaunchBackfillParams = {
  allPartitions?: boolean | null | undefined;
  /** A second launch with the same id finds the first one's backfill. */
  backfillId?: string | null | undefined;
  /** Accepted for older clients: runs are always made by the daemon. */
  forceSynchronousSubmission?: boolean | null | undefined;
  /** Re-execute the newest run of each partition from its failure; partitions whose newest run has not failed are passed over. */
  fromFailure?: boolean | null | undefined;
  partitionNames?: Array<string> | null | undefined;
  partitionRange?: PartitionRangeSelector | null | undefined;
  /** Re-execute these steps of the newest run of each partition, which must have succeeded. */
  reexecutionSteps?: Array<string> | null | undefined;
  selector: PartitionSetSelector;
  tags?: Array<ExecutionTag> | null | undefined;
};

export type NotebookJobInput = {
  /** Five cron fields, or `@daily` and the like. */
  cronSchedule: string;
  /** UTC when left out. */
  executionTimezone?: string | null | undefined;
  /** Formats besides the notebook, of those that the form offers. */
  formats?: Array<string> | null | undefined;
  /** Left out, a new job is made. */
  jobId?: string | null | undefined;
  /** How many finished results are kept; null keeps all, 0 none, 20 when left out. */
  keep?: number | null | undefined;
  /** Keep only results of failed and canceled runs. */
  keepFailuresOnly?: boolean | null | undefined;
  kernelName?: string | null | undefined;
  /** Mail addresses that are told when it fails, recovers or is late; refused where no mail server is set. */
  mailTo?: Array<string> | null | undefined;
  name: string;
  /** Where copies of the results go: a template below the notebook's folder with {name}, {date}, {time} and {run}. */
  output?: string | null | undefined;
  parameters?: unknown;
  path: string;
  /** Always execute the notebook as it is now; null leaves it pinned as it was. False when left out. */
  pin?: boolean | null | undefined;
  /** Tags of its runs, a JSON object of texts. */
  tags?: unknown;
};

/** The partitions from one to another, both included; null stands for the first or the last of all. */
export type PartitionRangeSelector = {
  end?: string | null | undefined;
  start?: string | null | undefined;
};

export type PartitionSetSelector = {
  partitionSetName: string;
  repositorySelector: RepositorySelector;
};

export type PipelineRunStatus =
  | 'CANCELED'
  | 'CANCELING'
  | 'FAILURE'
  | 'NOT_STARTED'
  | 'QUEUED'
  | 'STARTED'
  | 'STARTING'
  | 'SUCCESS';

/** Names a pipeline of a repository: by `pipelineName`, or by its later name `jobName`. */
export type PipelineSelector = {
  jobName?: string | null | undefined;
  pipelineName?: string | null | undefined;
  repositoryLocationName: string;
  repositoryName: string;
  solidSelection?: Array<string> | null | undefined;
};

export type ReexecutionParams = {
  parentRunId: string;
  strategy: ReexecutionStrategy;
};

export type ReexecutionStrategy =
  | 'ALL_STEPS'
  | 'FROM_FAILURE';

export type RepositoryLocationLoadStatus =
  | 'ERROR'
  | 'LOADED'
  | 'LOADING';

export type RepositorySelector = {
  repositoryLocationName: string;
  repositoryName: string;
};

export type RunNotebookParams = {
  /** Formats besides the notebook, of those that the form offers. */
  formats?: Array<string> | null | undefined;
  /** A second call with the same key finds the first one's run. */
  idempotencyKey?: string | null | undefined;
  /** Another kernel than the notebook's own. */
  kernelName?: string | null | undefined;
  /** Where copies of the results go: a template below the notebook's folder with {name}, {date}, {time} and {run}. */
  output?: string | null | undefined;
  /** Values for names of the notebook's `parameters` cell, a JSON object. */
  parameters?: unknown;
  /** Of the notebook, relative to the workspace's folder. */
  path: string;
  /** Tags of the run, a JSON object of texts. */
  tags?: unknown;
};

export type RunsFilter = {
  /** Seconds since the epoch. */
  createdAfter?: number | null | undefined;
  createdBefore?: number | null | undefined;
  jobName?: string | null | undefined;
  pipelineName?: string | null | undefined;
  repositoryLocationName?: string | null | undefined;
  runIds?: Array<string> | null | undefined;
  statuses?: Array<PipelineRunStatus> | null | undefined;
  tags?: Array<ExecutionTag> | null | undefined;
};

export type ScheduleSelector = {
  repositoryLocationName: string;
  repositoryName: string;
  scheduleName: string;
};

export type SensorSelector = {
  repositoryLocationName: string;
  repositoryName: string;
  sensorName: string;
};

export type SensorType =
  | 'ASSET'
  | 'RUN_STATUS'
  | 'STANDARD';

export type SolidKind =
  | 'COMPOSITE'
  | 'NOTEBOOK'
  | 'SOLID';

export type StepEventStatus =
  | 'FAILURE'
  | 'RETRYING'
  | 'RUNNING'
  | 'SKIPPED'
  | 'SUCCESS';

export type TerminatePipelinePolicy =
  | 'MARK_AS_CANCELED_IMMEDIATELY'
  | 'SAFE_TERMINATE';

type MetadataEntry_EventAssetMetadataEntry_Fragment = { __typename: 'EventAssetMetadataEntry', label: string, description: string | null, assetKey: { path: Array<string> } };

type MetadataEntry_EventFloatMetadataEntry_Fragment = { __typename: 'EventFloatMetadataEntry', floatValue: number | null, label: string, description: string | null };

type MetadataEntry_EventIntMetadataEntry_Fragment = { __typename: 'EventIntMetadataEntry', intValue: number | null, intRepr: string, label: string, description: string | null };

type MetadataEntry_EventJsonMetadataEntry_Fragment = { __typename: 'EventJsonMetadataEntry', jsonString: string, label: string, description: string | null };

type MetadataEntry_EventMarkdownMetadataEntry_Fragment = { __typename: 'EventMarkdownMetadataEntry', mdStr: string, label: string, description: string | null };

type MetadataEntry_EventPathMetadataEntry_Fragment = { __typename: 'EventPathMetadataEntry', path: string, label: string, description: string | null };

type MetadataEntry_EventPipelineRunMetadataEntry_Fragment = { __typename: 'EventPipelineRunMetadataEntry', pipelineRunId: string, label: string, description: string | null };

type MetadataEntry_EventPythonArtifactMetadataEntry_Fragment = { __typename: 'EventPythonArtifactMetadataEntry', module: string, name: string, label: string, description: string | null };

type MetadataEntry_EventTableMetadataEntry_Fragment = { __typename: 'EventTableMetadataEntry', table: unknown, label: string, description: string | null };

type MetadataEntry_EventTextMetadataEntry_Fragment = { __typename: 'EventTextMetadataEntry', text: string, label: string, description: string | null };

type MetadataEntry_EventUrlMetadataEntry_Fragment = { __typename: 'EventUrlMetadataEntry', url: string, label: string, description: string | null };

export type MetadataEntryFragment =
  | MetadataEntry_EventAssetMetadataEntry_Fragment
  | MetadataEntry_EventFloatMetadataEntry_Fragment
  | MetadataEntry_EventIntMetadataEntry_Fragment
  | MetadataEntry_EventJsonMetadataEntry_Fragment
  | MetadataEntry_EventMarkdownMetadataEntry_Fragment
  | MetadataEntry_EventPathMetadataEntry_Fragment
  | MetadataEntry_EventPipelineRunMetadataEntry_Fragment
  | MetadataEntry_EventPythonArtifactMetadataEntry_Fragment
  | MetadataEntry_EventTableMetadataEntry_Fragment
  | MetadataEntry_EventTextMetadataEntry_Fragment
  | MetadataEntry_EventUrlMetadataEntry_Fragment
;

export type AssetsQueryVariables = Exact<{
  cursor?: string | null | undefined;
  limit: number;
}>;


export type AssetsQuery = { assetsOrError:
    | { __typename: 'AssetConnection', cursor: string | null, nodes: Array<{ id: string, key: { path: Array<string> } }> }
    | { __typename: 'PythonError', message: string }
  , assetNodes: Array<{ id: string, opName: string, computeKind: string | null, repositoryName: string, repositoryLocationName: string, jobNames: Array<string>, description: string | null, assetKey: { path: Array<string> }, dependencyKeys: Array<{ path: Array<string> }> }> };

export type AssetDetailQueryVariables = Exact<{
  key: AssetKeyInput;
  limit: number;
}>;


export type AssetDetailQuery = { assetOrError:
    | { __typename: 'Asset', id: string, materializationCountByPartition: Array<{ partition: string, materializationCount: number }>, upstream: Array<{ asset: { path: Array<string> }, madeFrom: { path: Array<string> } }>, downstream: Array<{ asset: { path: Array<string> }, madeFrom: { path: Array<string> } }>, assetMaterializations: Array<{ cursor: string, partition: string | null, runId: string, timestamp: string, materializationEvent: { materialization: { description: string | null, metadataEntries: Array<
              | { __typename: 'EventAssetMetadataEntry', label: string, description: string | null, assetKey: { path: Array<string> } }
              | { __typename: 'EventFloatMetadataEntry', floatValue: number | null, label: string, description: string | null }
              | { __typename: 'EventIntMetadataEntry', intValue: number | null, intRepr: string, label: string, description: string | null }
              | { __typename: 'EventJsonMetadataEntry', jsonString: string, label: string, description: string | null }
              | { __typename: 'EventMarkdownMetadataEntry', mdStr: string, label: string, description: string | null }
              | { __typename: 'EventPathMetadataEntry', path: string, label: string, description: string | null }
              | { __typename: 'EventPipelineRunMetadataEntry', pipelineRunId: string, label: string, description: string | null }
              | { __typename: 'EventPythonArtifactMetadataEntry', module: string, name: string, label: string, description: string | null }
              | { __typename: 'EventTableMetadataEntry', table: unknown, label: string, description: string | null }
              | { __typename: 'EventTextMetadataEntry', text: string, label: string, description: string | null }
              | { __typename: 'EventUrlMetadataEntry', url: string, label: string, description: string | null }
            > } } }>, assetObservations: Array<{ cursor: string, partition: string | null, runId: string, timestamp: string, observationEvent: { materialization: { description: string | null, metadataEntries: Array<
              | { __typename: 'EventAssetMetadataEntry', label: string, description: string | null, assetKey: { path: Array<string> } }
              | { __typename: 'EventFloatMetadataEntry', floatValue: number | null, label: string, description: string | null }
              | { __typename: 'EventIntMetadataEntry', intValue: number | null, intRepr: string, label: string, description: string | null }
              | { __typename: 'EventJsonMetadataEntry', jsonString: string, label: string, description: string | null }
              | { __typename: 'EventMarkdownMetadataEntry', mdStr: string, label: string, description: string | null }
              | { __typename: 'EventPathMetadataEntry', path: string, label: string, description: string | null }
              | { __typename: 'EventPipelineRunMetadataEntry', pipelineRunId: string, label: string, description: string | null }
              | { __typename: 'EventPythonArtifactMetadataEntry', module: string, name: string, label: string, description: string | null }
              | { __typename: 'EventTableMetadataEntry', table: unknown, label: string, description: string | null }
              | { __typename: 'EventTextMetadataEntry', text: string, label: string, description: string | null }
              | { __typename: 'EventUrlMetadataEntry', url: string, label: string, description: string | null }
            > } } }> }
    | { __typename: 'AssetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type WipeAssetMutationVariables = Exact<{
  keys: Array<AssetKeyInput> | AssetKeyInput;
}>;


export type WipeAssetMutation = { wipeAssets:
    | { __typename: 'AssetNotFoundError', message: string }
    | { __typename: 'AssetWipeSuccess' }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type TickFieldsFragment = { id: string, timestamp: number, startTimestamp: number | null, endTimestamp: number | null, lateSeconds: number | null, isMissed: boolean, status: InstigationTickStatus, skipReason: string | null, skippedRunKeys: Array<string>, runIds: Array<string>, attempts: number, output: string | null, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null };

export type ScheduleDetailQueryVariables = Exact<{
  selector: ScheduleSelector;
  ticks: number;
}>;


export type ScheduleDetailQuery = { scheduleOrError:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'Schedule', mode: string, partitionSetName: string | null, id: string, name: string, title: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, upcoming: Array<{ timestamp: number, localTime: string, note: string | null }>, history: Array<{ id: string, timestamp: number, startTimestamp: number | null, endTimestamp: number | null, lateSeconds: number | null, isMissed: boolean, status: InstigationTickStatus, skipReason: string | null, skippedRunKeys: Array<string>, runIds: Array<string>, attempts: number, output: string | null, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }>, nextTicks: Array<{ timestamp: number }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> }
    | { __typename: 'ScheduleNotFoundError', message: string }
   };

export type SensorRowFragment = { id: string, name: string, sensorType: SensorType, description: string | null, minIntervalSeconds: number, status: InstigationStatus, repositoryName: string, repositoryLocationName: string, nextEvaluation: number | null, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus }> };

export type SensorDetailQueryVariables = Exact<{
  selector: SensorSelector;
  ticks: number;
}>;


export type SensorDetailQuery = { sensorOrError:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'Sensor', assetKey: Array<string> | null, runStatus: PipelineRunStatus | null, monitoredPipelines: Array<string> | null, cursor: string | null, lastRunKey: string | null, id: string, name: string, sensorType: SensorType, description: string | null, minIntervalSeconds: number, status: InstigationStatus, repositoryName: string, repositoryLocationName: string, nextEvaluation: number | null, targets: Array<{ pipelineName: string, mode: string }>, history: Array<{ id: string, timestamp: number, startTimestamp: number | null, endTimestamp: number | null, lateSeconds: number | null, isMissed: boolean, status: InstigationTickStatus, skipReason: string | null, skippedRunKeys: Array<string>, runIds: Array<string>, attempts: number, output: string | null, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus }> }
    | { __typename: 'SensorNotFoundError', message: string }
   };

export type StartSensorMutationVariables = Exact<{
  selector: SensorSelector;
}>;


export type StartSensorMutation = { startSensor:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'SensorNotFoundError', message: string }
    | { __typename: 'SensorStateResult' }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type StopSensorMutationVariables = Exact<{
  selector: SensorSelector;
}>;


export type StopSensorMutation = { stopSensor:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'SensorNotFoundError', message: string }
    | { __typename: 'SensorStateResult' }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type TriggerSensorMutationVariables = Exact<{
  selector: SensorSelector;
}>;


export type TriggerSensorMutation = { triggerSensor:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'SensorNotFoundError', message: string }
    | { __typename: 'SensorStateResult' }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type SetCursorMutationVariables = Exact<{
  selector: SensorSelector;
  cursor?: string | null | undefined;
}>;


export type SetCursorMutation = { setSensorCursor:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'SensorNotFoundError', message: string }
    | { __typename: 'SensorStateResult' }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type DryRunFragment = { timestamp: number | null, cursor: string | null, skipReason: string | null, output: string | null, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, runRequests: Array<{ runKey: string | null, pipelineName: string | null, runConfigYaml: string, isUsed: boolean, tags: Array<{ key: string, value: string }>, errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }> };

export type ScheduleDryRunMutationVariables = Exact<{
  selector: ScheduleSelector;
  timestamp?: number | null | undefined;
}>;


export type ScheduleDryRunMutation = { scheduleDryRun:
    | { __typename: 'DryRunInstigationTick', timestamp: number | null, cursor: string | null, skipReason: string | null, output: string | null, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, runRequests: Array<{ runKey: string | null, pipelineName: string | null, runConfigYaml: string, isUsed: boolean, tags: Array<{ key: string, value: string }>, errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }> }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'ScheduleNotFoundError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type SensorDryRunMutationVariables = Exact<{
  selector: SensorSelector;
  cursor?: string | null | undefined;
}>;


export type SensorDryRunMutation = { sensorDryRun:
    | { __typename: 'DryRunInstigationTick', timestamp: number | null, cursor: string | null, skipReason: string | null, output: string | null, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, runRequests: Array<{ runKey: string | null, pipelineName: string | null, runConfigYaml: string, isUsed: boolean, tags: Array<{ key: string, value: string }>, errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }> }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'SensorNotFoundError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type BackfillRowFragment = { backfillId: string, status: BulkActionStatus, repositoryName: string, repositoryLocationName: string, partitionSetName: string, pipelineName: string, numPartitions: number, numRequested: number, numRuns: number, fromFailure: boolean, reexecutionSteps: Array<string> | null, createdBy: string, timestamp: number, endTimestamp: number | null, runStatusCounts: Array<{ status: PipelineRunStatus, count: number }>, passedOver: Array<{ partitionName: string, reason: string }>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null };

export type BackfillsQueryVariables = Exact<{
  limit: number;
}>;


export type BackfillsQuery = { partitionBackfillsOrError:
    | { __typename: 'PartitionBackfills', results: Array<{ backfillId: string, status: BulkActionStatus, repositoryName: string, repositoryLocationName: string, partitionSetName: string, pipelineName: string, numPartitions: number, numRequested: number, numRuns: number, fromFailure: boolean, reexecutionSteps: Array<string> | null, createdBy: string, timestamp: number, endTimestamp: number | null, runStatusCounts: Array<{ status: PipelineRunStatus, count: number }>, passedOver: Array<{ partitionName: string, reason: string }>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> }
    | { __typename: 'PythonError', message: string }
   };

export type BackfillDetailQueryVariables = Exact<{
  backfillId: string;
}>;


export type BackfillDetailQuery = { partitionBackfillOrError:
    | { __typename: 'BackfillNotFoundError', message: string }
    | { __typename: 'PartitionBackfill', backfillId: string, status: BulkActionStatus, repositoryName: string, repositoryLocationName: string, partitionSetName: string, pipelineName: string, numPartitions: number, numRequested: number, numRuns: number, fromFailure: boolean, reexecutionSteps: Array<string> | null, createdBy: string, timestamp: number, endTimestamp: number | null, partitionStatuses: { results: Array<{ partitionName: string, runStatus: PipelineRunStatus | null, runId: string | null }> }, runStatusCounts: Array<{ status: PipelineRunStatus, count: number }>, passedOver: Array<{ partitionName: string, reason: string }>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }
    | { __typename: 'PythonError', message: string }
   };

export type PartitionSetQueryVariables = Exact<{
  selector: RepositorySelector;
  name: string;
}>;


export type PartitionSetQuery = { partitionSetOrError:
    | { __typename: 'PartitionSet', id: string, name: string, pipelineName: string, mode: string, partitionStatusesOrError:
        | { __typename: 'PartitionStatuses', results: Array<{ partitionName: string, runStatus: PipelineRunStatus | null, runId: string | null }> }
        | { __typename: 'PythonError', message: string }
       }
    | { __typename: 'PartitionSetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type PartitionConfigQueryVariables = Exact<{
  selector: RepositorySelector;
  name: string;
  partition: string;
}>;


export type PartitionConfigQuery = { partitionSetOrError:
    | { __typename: 'PartitionSet', mode: string, solidSelection: Array<string> | null, partition: { runConfigOrError:
          | { __typename: 'PartitionRunConfig', yaml: string }
          | { __typename: 'PythonError', message: string }
        , tagsOrError:
          | { __typename: 'PartitionTags', results: Array<{ key: string, value: string }> }
          | { __typename: 'PythonError', message: string }
         } | null }
    | { __typename: 'PartitionSetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type LaunchBackfillMutationVariables = Exact<{
  params: LaunchBackfillParams;
}>;


export type LaunchBackfillMutation = { launchPartitionBackfill:
    | { __typename: 'LaunchBackfillSuccess', backfillId: string }
    | { __typename: 'PartitionSetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type CancelBackfillMutationVariables = Exact<{
  backfillId: string;
}>;


export type CancelBackfillMutation = { cancelPartitionBackfill:
    | { __typename: 'BackfillNotFoundError', message: string }
    | { __typename: 'CancelBackfillSuccess' }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type PauseBackfillMutationVariables = Exact<{
  backfillId: string;
}>;


export type PauseBackfillMutation = { pausePartitionBackfill:
    | { __typename: 'BackfillNotFoundError', message: string }
    | { __typename: 'PauseBackfillSuccess' }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type ResumeBackfillMutationVariables = Exact<{
  backfillId: string;
}>;


export type ResumeBackfillMutation = { resumePartitionBackfill:
    | { __typename: 'BackfillNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'ResumeBackfillSuccess' }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type InstanceQueryVariables = Exact<{ [key: string]: never; }>;


export type InstanceQuery = { version: string, instance: { info: string, runCoordinator: string, runLauncher: string, daemonHealth: { allDaemonStatuses: Array<{ id: string, daemonType: string, required: boolean, healthy: boolean | null, lastHeartbeatTime: number | null, lastHeartbeatErrors: Array<{ message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }> }> }, replicas: Array<{ id: string, host: string, pid: number, here: boolean, startedAt: number, lastHeartbeatTime: number, silentSince: number | null, version: string }>, pools: Array<{ id: string, name: string, limit: number | null, holders: Array<string> }>, queue: Array<{ id: string, runId: string, pipelineName: string, createdBy: string, createTime: number, queuePosition: number | null }> }, queued:
    | { __typename: 'InvalidPipelineRunsFilterError' }
    | { __typename: 'PipelineRuns', count: number }
    | { __typename: 'PythonError' }
  , starting:
    | { __typename: 'InvalidPipelineRunsFilterError' }
    | { __typename: 'PipelineRuns', count: number }
    | { __typename: 'PythonError' }
  , running:
    | { __typename: 'InvalidPipelineRunsFilterError' }
    | { __typename: 'PipelineRuns', count: number }
    | { __typename: 'PythonError' }
  , all:
    | { __typename: 'InvalidPipelineRunsFilterError' }
    | { __typename: 'PipelineRuns', count: number }
    | { __typename: 'PythonError' }
   };

export type StorageHoldingsQueryVariables = Exact<{ [key: string]: never; }>;


export type StorageHoldingsQuery = { instance: { storage: Array<{ place: string, bytes: number, tables: Array<{ name: string, rows: number, bytes: number | null }> }> } };

type RunCount_InvalidPipelineRunsFilterError_Fragment = { __typename: 'InvalidPipelineRunsFilterError' };

type RunCount_PipelineRuns_Fragment = { __typename: 'PipelineRuns', count: number };

type RunCount_PythonError_Fragment = { __typename: 'PythonError' };

export type RunCountFragment =
  | RunCount_InvalidPipelineRunsFilterError_Fragment
  | RunCount_PipelineRuns_Fragment
  | RunCount_PythonError_Fragment
;

export type NotebookFormQueryVariables = Exact<{
  path: string;
}>;


export type NotebookFormQuery = { notebookFormOrError:
    | { __typename: 'NotebookForm', path: string, kernelName: string, formats: Array<string>, canMail: boolean, parameters: Array<{ name: string, kind: string, default: unknown, hasDefault: boolean, description: string }> }
    | { __typename: 'NotebookNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type DueTimesQueryVariables = Exact<{
  cronSchedule: string;
  executionTimezone?: string | null | undefined;
}>;


export type DueTimesQuery = { dueTimesOrError:
    | { __typename: 'DueTimes', sentence: string, nextTicks: Array<{ timestamp: number, localTime: string, note: string | null }> }
    | { __typename: 'NotebookJobInvalidError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type NotebookJobFieldsFragment = { jobId: string, name: string, path: string, kernelName: string | null, parameters: unknown, cronSchedule: string, executionTimezone: string, keep: number | null, keepFailuresOnly: boolean, formats: Array<string>, output: string, tags: unknown, mailTo: Array<string>, isPinned: boolean, hasDrifted: boolean, createdBy: string, schedule: { id: string, name: string, title: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, nextTicks: Array<{ timestamp: number }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> } | null, runs: Array<{ runId: string, status: PipelineRunStatus, createTime: number }> };

export type NotebookJobsQueryVariables = Exact<{ [key: string]: never; }>;


export type NotebookJobsQuery = { notebookJobsOrError:
    | { __typename: 'NotebookJobs', canMail: boolean, results: Array<{ jobId: string, name: string, path: string, kernelName: string | null, parameters: unknown, cronSchedule: string, executionTimezone: string, keep: number | null, keepFailuresOnly: boolean, formats: Array<string>, output: string, tags: unknown, mailTo: Array<string>, isPinned: boolean, hasDrifted: boolean, createdBy: string, schedule: { id: string, name: string, title: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, nextTicks: Array<{ timestamp: number }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> } | null, runs: Array<{ runId: string, status: PipelineRunStatus, createTime: number }> }> }
    | { __typename: 'PythonError', message: string }
   };

export type RunNotebookMutationVariables = Exact<{
  params: RunNotebookParams;
}>;


export type RunNotebookMutation = { runNotebook:
    | { __typename: 'LaunchPipelineRunSuccess', run: { runId: string } }
    | { __typename: 'NotebookJobInvalidError', message: string }
    | { __typename: 'NotebookJobNotFoundError', message: string }
    | { __typename: 'NotebookNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RunNotebookJobMutationVariables = Exact<{
  jobId: string;
}>;


export type RunNotebookJobMutation = { runNotebookJob:
    | { __typename: 'LaunchPipelineRunSuccess', run: { runId: string } }
    | { __typename: 'NotebookJobInvalidError', message: string }
    | { __typename: 'NotebookJobNotFoundError', message: string }
    | { __typename: 'NotebookNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type SaveNotebookJobMutationVariables = Exact<{
  job: NotebookJobInput;
}>;


export type SaveNotebookJobMutation = { saveNotebookJob:
    | { __typename: 'NotebookJobInvalidError', message: string }
    | { __typename: 'NotebookNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'SaveNotebookJobSuccess', job: { jobId: string } }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RemoveNotebookJobMutationVariables = Exact<{
  jobId: string;
}>;


export type RemoveNotebookJobMutation = { removeNotebookJob:
    | { __typename: 'NotebookJobNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RemoveNotebookJobSuccess' }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type LastNotebookRunQueryVariables = Exact<{
  filter: RunsFilter;
}>;


export type LastNotebookRunQuery = { pipelineRunsOrError:
    | { __typename: 'InvalidPipelineRunsFilterError' }
    | { __typename: 'PipelineRuns', results: Array<{ runId: string, status: PipelineRunStatus, createTime: number, endTime: number | null }> }
    | { __typename: 'PythonError' }
   };

export type DebugStepMutationVariables = Exact<{
  runId: string;
  stepKey: string;
}>;


export type DebugStepMutation = { debugStep:
    | { __typename: 'DebugStepSuccess', path: string }
    | { __typename: 'InvalidStepError', message: string }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RunOutputQueryVariables = Exact<{
  runId: string;
}>;


export type RunOutputQuery = { pipelineRunOrError:
    | { __typename: 'PipelineRun', id: string, runId: string, pipelineName: string, repositoryName: string, repositoryLocationName: string, mode: string, status: PipelineRunStatus, createdBy: string, createTime: number, startTime: number | null, endTime: number | null, rootRunId: string | null, parentRunId: string | null, canTerminate: boolean, queuePosition: number | null, stepStats: Array<{ stepKey: string, status: StepEventStatus | null, startTime: number | null, endTime: number | null }>, executionPlan: { steps: Array<{ key: string }> } | null, failure: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, tags: Array<{ key: string, value: string }> }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type SourceFragment = { file: string, contentsPath: string | null, line: number, cell: number | null };

export type PipelineQueryVariables = Exact<{
  selector: PipelineSelector;
}>;


export type PipelineQuery = { pipelineOrError:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'Pipeline', id: string, name: string, description: string | null, solidCount: number, drawing: unknown, tags: Array<{ key: string, value: string }>, source: { file: string, contentsPath: string | null, line: number, cell: number | null } | null, modes: Array<{ name: string, description: string | null, executors: Array<string>, resources: Array<{ name: string, description: string | null, configSchema: unknown }> }>, schedules: Array<{ name: string, sentence: string, status: InstigationStatus }> }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
   };

export type SolidSchemaQueryVariables = Exact<{
  selector: PipelineSelector;
  handle: string;
}>;


export type SolidSchemaQuery = { pipelineOrError:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'Pipeline', solidHandle: { solid: { definition: { configSchema: unknown } } } | null }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type SolidKindsQueryVariables = Exact<{
  selector: PipelineSelector;
}>;


export type SolidKindsQuery = { pipelineOrError:
    | { __typename: 'InvalidSubsetError' }
    | { __typename: 'Pipeline', solidHandles: Array<{ handleID: string, solid: { kind: SolidKind } }> }
    | { __typename: 'PipelineNotFoundError' }
    | { __typename: 'PythonError' }
   };

export type LaunchpadQueryVariables = Exact<{
  selector: PipelineSelector;
}>;


export type LaunchpadQuery = { pipelineOrError:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'Pipeline', id: string, name: string, description: string | null, tags: Array<{ key: string, value: string }>, modes: Array<{ name: string, description: string | null }>, presets: Array<{ name: string, mode: string, solidSelection: Array<string> | null, runConfigYaml: string, tags: Array<{ key: string, value: string }> }>, solids: Array<{ name: string }> }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
   };

export type ConfigProblemFragment = { message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null };

export type ValidateQueryVariables = Exact<{
  selector: PipelineSelector;
  mode: string;
  config?: string | null | undefined;
}>;


export type ValidateQuery = { isPipelineConfigValid:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'PipelineConfigValidationValid' }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }
   };

export type ConfigSchemaQueryVariables = Exact<{
  selector: PipelineSelector;
  mode?: string | null | undefined;
}>;


export type ConfigSchemaQuery = { runConfigSchemaOrError:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'ModeNotFoundError', message: string }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigSchema', jsonSchema: unknown, scaffoldYaml: string }
   };

export type PlanQueryVariables = Exact<{
  selector: PipelineSelector;
  mode: string;
  config?: string | null | undefined;
}>;


export type PlanQuery = { executionPlanOrError:
    | { __typename: 'ExecutionPlan', steps: Array<{ key: string, kind: string }> }
    | { __typename: 'InvalidSubsetError' }
    | { __typename: 'PipelineNotFoundError' }
    | { __typename: 'PythonError' }
    | { __typename: 'RunConfigValidationInvalid' }
   };

export type RunRowFragment = { id: string, runId: string, pipelineName: string, repositoryName: string, repositoryLocationName: string, mode: string, status: PipelineRunStatus, createdBy: string, createTime: number, startTime: number | null, endTime: number | null, rootRunId: string | null, parentRunId: string | null, canTerminate: boolean, queuePosition: number | null, tags: Array<{ key: string, value: string }> };

export type RunListsQueryVariables = Exact<{
  active?: RunsFilter | null | undefined;
  recent?: RunsFilter | null | undefined;
  limit: number;
}>;


export type RunListsQuery = { active:
    | { __typename: 'InvalidPipelineRunsFilterError', message: string }
    | { __typename: 'PipelineRuns', count: number, results: Array<{ id: string, runId: string, pipelineName: string, repositoryName: string, repositoryLocationName: string, mode: string, status: PipelineRunStatus, createdBy: string, createTime: number, startTime: number | null, endTime: number | null, rootRunId: string | null, parentRunId: string | null, canTerminate: boolean, queuePosition: number | null, stepStats: Array<{ stepKey: string, status: StepEventStatus | null }>, executionPlan: { steps: Array<{ key: string }> } | null, tags: Array<{ key: string, value: string }> }> }
    | { __typename: 'PythonError', message: string }
  , recent:
    | { __typename: 'InvalidPipelineRunsFilterError', message: string }
    | { __typename: 'PipelineRuns', count: number, results: Array<{ id: string, runId: string, pipelineName: string, repositoryName: string, repositoryLocationName: string, mode: string, status: PipelineRunStatus, createdBy: string, createTime: number, startTime: number | null, endTime: number | null, rootRunId: string | null, parentRunId: string | null, canTerminate: boolean, queuePosition: number | null, tags: Array<{ key: string, value: string }> }> }
    | { __typename: 'PythonError', message: string }
   };

export type RunsPageQueryVariables = Exact<{
  filter?: RunsFilter | null | undefined;
  cursor?: string | null | undefined;
  limit: number;
}>;


export type RunsPageQuery = { pipelineRunsOrError:
    | { __typename: 'InvalidPipelineRunsFilterError', message: string }
    | { __typename: 'PipelineRuns', count: number, results: Array<{ id: string, runId: string, pipelineName: string, repositoryName: string, repositoryLocationName: string, mode: string, status: PipelineRunStatus, createdBy: string, createTime: number, startTime: number | null, endTime: number | null, rootRunId: string | null, parentRunId: string | null, canTerminate: boolean, queuePosition: number | null, tags: Array<{ key: string, value: string }> }> }
    | { __typename: 'PythonError', message: string }
   };

export type RunDetailQueryVariables = Exact<{
  runId: string;
  after: number;
  limit: number;
}>;


export type RunDetailQuery = { pipelineRunOrError:
    | { __typename: 'PipelineRun', runConfigYaml: string, solidSelection: Array<string> | null, stepKeysToExecute: Array<string> | null, lastEventSeq: number, events: unknown, id: string, runId: string, pipelineName: string, repositoryName: string, repositoryLocationName: string, mode: string, status: PipelineRunStatus, createdBy: string, createTime: number, startTime: number | null, endTime: number | null, rootRunId: string | null, parentRunId: string | null, canTerminate: boolean, queuePosition: number | null, executionPlan: { steps: Array<{ key: string, solidHandle: string, kind: string, inputs: Array<{ name: string, dependsOn: Array<{ solid: string, output: string }> }> }> } | null, failure: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, tags: Array<{ key: string, value: string }> }
    | { __typename: 'PipelineRunNotFoundError', message: string, runId: string }
    | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
   };

export type StepOutputQueryVariables = Exact<{
  runId: string;
  stepKey: string;
}>;


export type StepOutputQuery = { pipelineRunOrError:
    | { __typename: 'PipelineRun', computeLogs: { stdout: { size: number } | null, stderr: { size: number } | null } }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type LaunchMutationVariables = Exact<{
  params: ExecutionParams;
}>;


export type LaunchMutation = { launchPipelineExecution:
    | { __typename: 'ConflictingExecutionParamsError', message: string }
    | { __typename: 'InvalidOutputError', message: string }
    | { __typename: 'InvalidStepError', message: string }
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'LaunchPipelineRunSuccess', run: { runId: string } }
    | { __typename: 'ModeNotFoundError', message: string }
    | { __typename: 'NoModeProvidedError', message: string }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PipelineRunConflict', message: string }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PresetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RelaunchMutationVariables = Exact<{
  params: ReexecutionParams;
}>;


export type RelaunchMutation = { launchPipelineReexecution:
    | { __typename: 'ConflictingExecutionParamsError', message: string }
    | { __typename: 'InvalidOutputError', message: string }
    | { __typename: 'InvalidStepError', message: string }
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'LaunchPipelineRunSuccess', run: { runId: string } }
    | { __typename: 'ModeNotFoundError', message: string }
    | { __typename: 'NoModeProvidedError', message: string }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PipelineRunConflict', message: string }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PresetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RelaunchStepsMutationVariables = Exact<{
  params: ExecutionParams;
}>;


export type RelaunchStepsMutation = { launchPipelineReexecution:
    | { __typename: 'ConflictingExecutionParamsError', message: string }
    | { __typename: 'InvalidOutputError', message: string }
    | { __typename: 'InvalidStepError', message: string }
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'LaunchPipelineRunSuccess', run: { runId: string } }
    | { __typename: 'ModeNotFoundError', message: string }
    | { __typename: 'NoModeProvidedError', message: string }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PipelineRunConflict', message: string }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PresetNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'RunConfigValidationInvalid', errors: Array<{ message: string, reason: string, path: Array<string>, expected: string | null, sample: unknown, line: number | null, column: number | null }> }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RunFamilyQueryVariables = Exact<{
  runId: string;
}>;


export type RunFamilyQuery = { runGroupOrError:
    | { __typename: 'PythonError' }
    | { __typename: 'RunGroup', rootRunId: string, runs: Array<{ runId: string, status: PipelineRunStatus, createTime: number }> }
    | { __typename: 'RunGroupNotFoundError' }
   };

export type RunAsDraftQueryVariables = Exact<{
  runId: string;
}>;


export type RunAsDraftQuery = { pipelineRunOrError:
    | { __typename: 'PipelineRun', mode: string, solidSelection: Array<string> | null, runConfigYaml: string, tags: Array<{ key: string, value: string }> }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
   };

export type TerminateMutationVariables = Exact<{
  runId: string;
  policy?: TerminatePipelinePolicy | null | undefined;
}>;


export type TerminateMutation = { terminatePipelineExecution:
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'TerminatePipelineExecutionFailure', message: string }
    | { __typename: 'TerminatePipelineExecutionSuccess', run: { runId: string, status: PipelineRunStatus } }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type DeleteRunMutationVariables = Exact<{
  runId: string;
}>;


export type DeleteRunMutation = { deletePipelineRun:
    | { __typename: 'DeletePipelineRunSuccess', runId: string }
    | { __typename: 'PipelineRunConflict', message: string }
    | { __typename: 'PipelineRunNotFoundError', message: string }
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type RunLogsSubscriptionVariables = Exact<{
  runId: string;
  after?: string | null | undefined;
}>;


export type RunLogsSubscription = { pipelineRunLogs:
    | { __typename: 'PipelineRunLogsSubscriptionFailure', message: string, missingRunId: string | null }
    | { __typename: 'PipelineRunLogsSubscriptionSuccess', events: Array<unknown>, hasMorePastEvents: boolean, run: { runId: string, status: PipelineRunStatus, startTime: number | null, endTime: number | null, canTerminate: boolean, queuePosition: number | null } }
   };

export type RunsChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type RunsChangedSubscription = { pipelineRunsChanged: { runIds: Array<string> } };

export type StepOutputStreamSubscriptionVariables = Exact<{
  runId: string;
  stepKey: string;
  ioType: ComputeIoType;
  cursor?: string | null | undefined;
}>;


export type StepOutputStreamSubscription = { computeLogs: { data: string | null, cursor: number, size: number } };

export type ErrorFieldsFragment = { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null };

export type ErrorChainFragment = { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null };

export type PermissionsQueryVariables = Exact<{ [key: string]: never; }>;


export type PermissionsQuery = { version: string, permissions: Array<{ permission: string, value: boolean, disabledReason: string | null }> };

export type ScheduleRowFragment = { id: string, name: string, title: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, nextTicks: Array<{ timestamp: number }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> };

export type WorkspaceQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceQuery = { workspaceOrError:
    | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
    | { __typename: 'Workspace', path: string, locationEntries: Array<{ id: string, name: string, loadStatus: RepositoryLocationLoadStatus, stale: boolean, updatedTimestamp: number, progress: string | null, displayMetadata: Array<{ key: string, value: string }>, loadError: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, locationOrLoadError:
          | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
          | { __typename: 'RepositoryLocation', id: string, name: string, codeVersion: string, repositories: Array<{ id: string, name: string, pipelines: Array<{ id: string, name: string, description: string | null, solidCount: number }>, schedules: Array<{ id: string, name: string, title: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, nextTicks: Array<{ timestamp: number }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> }>, sensors: Array<{ id: string, name: string, sensorType: SensorType, description: string | null, minIntervalSeconds: number, status: InstigationStatus, repositoryName: string, repositoryLocationName: string, nextEvaluation: number | null, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus }> }>, partitionSets: Array<{ id: string, name: string, pipelineName: string, mode: string }> }> }
         | null }> }
   };

export type ReloadLocationMutationVariables = Exact<{
  name: string;
}>;


export type ReloadLocationMutation = { reloadRepositoryLocation:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'ReloadNotSupported', message: string }
    | { __typename: 'RepositoryLocationNotFound', message: string }
    | { __typename: 'UnauthorizedError', message: string }
    | { __typename: 'WorkspaceLocationEntry', id: string, loadStatus: RepositoryLocationLoadStatus }
   };

export type ReloadWorkspaceMutationVariables = Exact<{ [key: string]: never; }>;


export type ReloadWorkspaceMutation = { reloadWorkspace:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'UnauthorizedError', message: string }
    | { __typename: 'Workspace', path: string }
   };

export type StartScheduleMutationVariables = Exact<{
  selector: ScheduleSelector;
}>;


export type StartScheduleMutation = { startSchedule:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'ScheduleNotFoundError', message: string }
    | { __typename: 'ScheduleStateResult', schedule: { id: string, status: InstigationStatus } }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type StopScheduleMutationVariables = Exact<{
  selector: ScheduleSelector;
}>;


export type StopScheduleMutation = { stopRunningSchedule:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'ScheduleNotFoundError', message: string }
    | { __typename: 'ScheduleStateResult', schedule: { id: string, status: InstigationStatus } }
    | { __typename: 'UnauthorizedError', message: string }
   };

export type LocationsChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LocationsChangedSubscription = { locationStateChangeEvents: { event: { locationName: string, eventType: string, message: string } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MetadataEntryFragmentDoc = new TypedDocumentString(`
    fragment MetadataEntry on EventMetadataEntry {
  __typename
  label
  description
  ... on EventTextMetadataEntry {
    text
  }
  ... on EventUrlMetadataEntry {
    url
  }
  ... on EventPathMetadataEntry {
    path
  }
  ... on EventMarkdownMetadataEntry {
    mdStr
  }
  ... on EventJsonMetadataEntry {
    jsonString
  }
  ... on EventFloatMetadataEntry {
    floatValue
  }
  ... on EventIntMetadataEntry {
    intValue
    intRepr
  }
  ... on EventPythonArtifactMetadataEntry {
    module
    name
  }
  ... on EventPipelineRunMetadataEntry {
    pipelineRunId
  }
  ... on EventAssetMetadataEntry {
    assetKey {
      path
    }
  }
  ... on EventTableMetadataEntry {
    table
  }
}
    `, {"fragmentName":"MetadataEntry"}) as unknown as TypedDocumentString<MetadataEntryFragment, unknown>;
export const ErrorFieldsFragmentDoc = new TypedDocumentString(`
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
    `, {"fragmentName":"ErrorFields"}) as unknown as TypedDocumentString<ErrorFieldsFragment, unknown>;
export const ErrorChainFragmentDoc = new TypedDocumentString(`
    fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}`, {"fragmentName":"ErrorChain"}) as unknown as TypedDocumentString<ErrorChainFragment, unknown>;
export const TickFieldsFragmentDoc = new TypedDocumentString(`
    fragment TickFields on InstigationTick {
  id
  timestamp
  startTimestamp
  endTimestamp
  lateSeconds
  isMissed
  status
  skipReason
  skippedRunKeys
  runIds
  attempts
  output
  error {
    ...ErrorChain
  }
}
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`, {"fragmentName":"TickFields"}) as unknown as TypedDocumentString<TickFieldsFragment, unknown>;
export const SensorRowFragmentDoc = new TypedDocumentString(`
    fragment SensorRow on Sensor {
  id
  name
  sensorType
  description
  minIntervalSeconds
  status
  repositoryName
  repositoryLocationName
  nextEvaluation
  ticks(limit: 1) {
    id
    timestamp
    status
  }
}
    `, {"fragmentName":"SensorRow"}) as unknown as TypedDocumentString<SensorRowFragment, unknown>;
export const ConfigProblemFragmentDoc = new TypedDocumentString(`
    fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}
    `, {"fragmentName":"ConfigProblem"}) as unknown as TypedDocumentString<ConfigProblemFragment, unknown>;
export const DryRunFragmentDoc = new TypedDocumentString(`
    fragment DryRun on DryRunInstigationTick {
  timestamp
  cursor
  skipReason
  output
  error {
    ...ErrorChain
  }
  runRequests {
    runKey
    pipelineName
    runConfigYaml
    isUsed
    tags {
      key
      value
    }
    errors {
      ...ConfigProblem
    }
  }
}
    fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`, {"fragmentName":"DryRun"}) as unknown as TypedDocumentString<DryRunFragment, unknown>;
export const BackfillRowFragmentDoc = new TypedDocumentString(`
    fragment BackfillRow on PartitionBackfill {
  backfillId
  status
  repositoryName
  repositoryLocationName
  partitionSetName
  pipelineName
  numPartitions
  numRequested
  numRuns
  fromFailure
  reexecutionSteps
  createdBy
  timestamp
  endTimestamp
  runStatusCounts {
    status
    count
  }
  passedOver {
    partitionName
    reason
  }
  error {
    ...ErrorChain
  }
}
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`, {"fragmentName":"BackfillRow"}) as unknown as TypedDocumentString<BackfillRowFragment, unknown>;
export const RunCountFragmentDoc = new TypedDocumentString(`
    fragment RunCount on PipelineRunsOrError {
  __typename
  ... on PipelineRuns {
    count
  }
}
    `, {"fragmentName":"RunCount"}) as unknown as TypedDocumentString<RunCountFragment, unknown>;
export const ScheduleRowFragmentDoc = new TypedDocumentString(`
    fragment ScheduleRow on Schedule {
  id
  name
  title
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  nextTicks(limit: 3) {
    timestamp
  }
  ticks(limit: 1) {
    id
    timestamp
    status
    skipReason
    runIds
    error {
      ...ErrorChain
    }
  }
}
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`, {"fragmentName":"ScheduleRow"}) as unknown as TypedDocumentString<ScheduleRowFragment, unknown>;
export const NotebookJobFieldsFragmentDoc = new TypedDocumentString(`
    fragment NotebookJobFields on NotebookJob {
  jobId
  name
  path
  kernelName
  parameters
  cronSchedule
  executionTimezone
  keep
  keepFailuresOnly
  formats
  output
  tags
  mailTo
  isPinned
  hasDrifted
  createdBy
  schedule {
    ...ScheduleRow
  }
  runs(limit: 5) {
    runId
    status
    createTime
  }
}
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}
fragment ScheduleRow on Schedule {
  id
  name
  title
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  nextTicks(limit: 3) {
    timestamp
  }
  ticks(limit: 1) {
    id
    timestamp
    status
    skipReason
    runIds
    error {
      ...ErrorChain
    }
  }
}`, {"fragmentName":"NotebookJobFields"}) as unknown as TypedDocumentString<NotebookJobFieldsFragment, unknown>;
export const SourceFragmentDoc = new TypedDocumentString(`
    fragment Source on SourceLocation {
  file
  contentsPath
  line
  cell
}
    `, {"fragmentName":"Source"}) as unknown as TypedDocumentString<SourceFragment, unknown>;
export const RunRowFragmentDoc = new TypedDocumentString(`
    fragment RunRow on PipelineRun {
  id
  runId
  pipelineName
  repositoryName
  repositoryLocationName
  mode
  status
  createdBy
  createTime
  startTime
  endTime
  rootRunId
  parentRunId
  canTerminate
  queuePosition
  tags {
    key
    value
  }
}
    `, {"fragmentName":"RunRow"}) as unknown as TypedDocumentString<RunRowFragment, unknown>;
export const AssetsDocument = new TypedDocumentString(`
    query Assets($cursor: String, $limit: Int!) {
  assetsOrError(cursor: $cursor, limit: $limit) {
    __typename
    ... on AssetConnection {
      cursor
      nodes {
        id
        key {
          path
        }
      }
    }
    ... on Error {
      message
    }
  }
  assetNodes {
    id
    assetKey {
      path
    }
    opName
    computeKind
    repositoryName
    repositoryLocationName
    jobNames
    description
    dependencyKeys {
      path
    }
  }
}
    `) as unknown as TypedDocumentString<AssetsQuery, AssetsQueryVariables>;
export const AssetDetailDocument = new TypedDocumentString(`
    query AssetDetail($key: AssetKeyInput!, $limit: Int!) {
  assetOrError(assetKey: $key) {
    __typename
    ... on Asset {
      id
      materializationCountByPartition {
        partition
        materializationCount
      }
      upstream: lineage(upstream: true, depth: 4) {
        asset {
          path
        }
        madeFrom {
          path
        }
      }
      downstream: lineage(upstream: false, depth: 4) {
        asset {
          path
        }
        madeFrom {
          path
        }
      }
      assetMaterializations(limit: $limit) {
        cursor
        partition
        runId
        timestamp
        materializationEvent {
          materialization {
            description
            metadataEntries {
              ...MetadataEntry
            }
          }
        }
      }
      assetObservations(limit: 20) {
        cursor
        partition
        runId
        timestamp
        observationEvent {
          materialization {
            description
            metadataEntries {
              ...MetadataEntry
            }
          }
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment MetadataEntry on EventMetadataEntry {
  __typename
  label
  description
  ... on EventTextMetadataEntry {
    text
  }
  ... on EventUrlMetadataEntry {
    url
  }
  ... on EventPathMetadataEntry {
    path
  }
  ... on EventMarkdownMetadataEntry {
    mdStr
  }
  ... on EventJsonMetadataEntry {
    jsonString
  }
  ... on EventFloatMetadataEntry {
    floatValue
  }
  ... on EventIntMetadataEntry {
    intValue
    intRepr
  }
  ... on EventPythonArtifactMetadataEntry {
    module
    name
  }
  ... on EventPipelineRunMetadataEntry {
    pipelineRunId
  }
  ... on EventAssetMetadataEntry {
    assetKey {
      path
    }
  }
  ... on EventTableMetadataEntry {
    table
  }
}`) as unknown as TypedDocumentString<AssetDetailQuery, AssetDetailQueryVariables>;
export const WipeAssetDocument = new TypedDocumentString(`
    mutation WipeAsset($keys: [AssetKeyInput!]!) {
  wipeAssets(assetKeys: $keys) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<WipeAssetMutation, WipeAssetMutationVariables>;
export const ScheduleDetailDocument = new TypedDocumentString(`
    query ScheduleDetail($selector: ScheduleSelector!, $ticks: Int!) {
  scheduleOrError(scheduleSelector: $selector) {
    __typename
    ... on Schedule {
      ...ScheduleRow
      mode
      partitionSetName
      upcoming: nextTicks(limit: 5) {
        timestamp
        localTime
        note
      }
      history: ticks(limit: $ticks) {
        ...TickFields
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment TickFields on InstigationTick {
  id
  timestamp
  startTimestamp
  endTimestamp
  lateSeconds
  isMissed
  status
  skipReason
  skippedRunKeys
  runIds
  attempts
  output
  error {
    ...ErrorChain
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}
fragment ScheduleRow on Schedule {
  id
  name
  title
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  nextTicks(limit: 3) {
    timestamp
  }
  ticks(limit: 1) {
    id
    timestamp
    status
    skipReason
    runIds
    error {
      ...ErrorChain
    }
  }
}`) as unknown as TypedDocumentString<ScheduleDetailQuery, ScheduleDetailQueryVariables>;
export const SensorDetailDocument = new TypedDocumentString(`
    query SensorDetail($selector: SensorSelector!, $ticks: Int!) {
  sensorOrError(sensorSelector: $selector) {
    __typename
    ... on Sensor {
      ...SensorRow
      targets {
        pipelineName
        mode
      }
      assetKey
      runStatus
      monitoredPipelines
      cursor
      lastRunKey
      history: ticks(limit: $ticks) {
        ...TickFields
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment TickFields on InstigationTick {
  id
  timestamp
  startTimestamp
  endTimestamp
  lateSeconds
  isMissed
  status
  skipReason
  skippedRunKeys
  runIds
  attempts
  output
  error {
    ...ErrorChain
  }
}
fragment SensorRow on Sensor {
  id
  name
  sensorType
  description
  minIntervalSeconds
  status
  repositoryName
  repositoryLocationName
  nextEvaluation
  ticks(limit: 1) {
    id
    timestamp
    status
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<SensorDetailQuery, SensorDetailQueryVariables>;
export const StartSensorDocument = new TypedDocumentString(`
    mutation StartSensor($selector: SensorSelector!) {
  startSensor(sensorSelector: $selector) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartSensorMutation, StartSensorMutationVariables>;
export const StopSensorDocument = new TypedDocumentString(`
    mutation StopSensor($selector: SensorSelector!) {
  stopSensor(sensorSelector: $selector) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StopSensorMutation, StopSensorMutationVariables>;
export const TriggerSensorDocument = new TypedDocumentString(`
    mutation TriggerSensor($selector: SensorSelector!) {
  triggerSensor(sensorSelector: $selector) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<TriggerSensorMutation, TriggerSensorMutationVariables>;
export const SetCursorDocument = new TypedDocumentString(`
    mutation SetCursor($selector: SensorSelector!, $cursor: String) {
  setSensorCursor(sensorSelector: $selector, cursor: $cursor) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SetCursorMutation, SetCursorMutationVariables>;
export const ScheduleDryRunDocument = new TypedDocumentString(`
    mutation ScheduleDryRun($selector: ScheduleSelector!, $timestamp: Float) {
  scheduleDryRun(selectorData: $selector, timestamp: $timestamp) {
    __typename
    ...DryRun
    ... on Error {
      message
    }
  }
}
    fragment DryRun on DryRunInstigationTick {
  timestamp
  cursor
  skipReason
  output
  error {
    ...ErrorChain
  }
  runRequests {
    runKey
    pipelineName
    runConfigYaml
    isUsed
    tags {
      key
      value
    }
    errors {
      ...ConfigProblem
    }
  }
}
fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<ScheduleDryRunMutation, ScheduleDryRunMutationVariables>;
export const SensorDryRunDocument = new TypedDocumentString(`
    mutation SensorDryRun($selector: SensorSelector!, $cursor: String) {
  sensorDryRun(selectorData: $selector, cursor: $cursor) {
    __typename
    ...DryRun
    ... on Error {
      message
    }
  }
}
    fragment DryRun on DryRunInstigationTick {
  timestamp
  cursor
  skipReason
  output
  error {
    ...ErrorChain
  }
  runRequests {
    runKey
    pipelineName
    runConfigYaml
    isUsed
    tags {
      key
      value
    }
    errors {
      ...ConfigProblem
    }
  }
}
fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<SensorDryRunMutation, SensorDryRunMutationVariables>;
export const BackfillsDocument = new TypedDocumentString(`
    query Backfills($limit: Int!) {
  partitionBackfillsOrError(limit: $limit) {
    __typename
    ... on PartitionBackfills {
      results {
        ...BackfillRow
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment BackfillRow on PartitionBackfill {
  backfillId
  status
  repositoryName
  repositoryLocationName
  partitionSetName
  pipelineName
  numPartitions
  numRequested
  numRuns
  fromFailure
  reexecutionSteps
  createdBy
  timestamp
  endTimestamp
  runStatusCounts {
    status
    count
  }
  passedOver {
    partitionName
    reason
  }
  error {
    ...ErrorChain
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<BackfillsQuery, BackfillsQueryVariables>;
export const BackfillDetailDocument = new TypedDocumentString(`
    query BackfillDetail($backfillId: String!) {
  partitionBackfillOrError(backfillId: $backfillId) {
    __typename
    ... on PartitionBackfill {
      ...BackfillRow
      partitionStatuses {
        results {
          partitionName
          runStatus
          runId
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment BackfillRow on PartitionBackfill {
  backfillId
  status
  repositoryName
  repositoryLocationName
  partitionSetName
  pipelineName
  numPartitions
  numRequested
  numRuns
  fromFailure
  reexecutionSteps
  createdBy
  timestamp
  endTimestamp
  runStatusCounts {
    status
    count
  }
  passedOver {
    partitionName
    reason
  }
  error {
    ...ErrorChain
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<BackfillDetailQuery, BackfillDetailQueryVariables>;
export const PartitionSetDocument = new TypedDocumentString(`
    query PartitionSet($selector: RepositorySelector!, $name: String!) {
  partitionSetOrError(repositorySelector: $selector, partitionSetName: $name) {
    __typename
    ... on PartitionSet {
      id
      name
      pipelineName
      mode
      partitionStatusesOrError {
        __typename
        ... on PartitionStatuses {
          results {
            partitionName
            runStatus
            runId
          }
        }
        ... on Error {
          message
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PartitionSetQuery, PartitionSetQueryVariables>;
export const PartitionConfigDocument = new TypedDocumentString(`
    query PartitionConfig($selector: RepositorySelector!, $name: String!, $partition: String!) {
  partitionSetOrError(repositorySelector: $selector, partitionSetName: $name) {
    __typename
    ... on PartitionSet {
      mode
      solidSelection
      partition(partitionName: $partition) {
        runConfigOrError {
          __typename
          ... on PartitionRunConfig {
            yaml
          }
          ... on Error {
            message
          }
        }
        tagsOrError {
          __typename
          ... on PartitionTags {
            results {
              key
              value
            }
          }
          ... on Error {
            message
          }
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PartitionConfigQuery, PartitionConfigQueryVariables>;
export const LaunchBackfillDocument = new TypedDocumentString(`
    mutation LaunchBackfill($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess {
      backfillId
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<LaunchBackfillMutation, LaunchBackfillMutationVariables>;
export const CancelBackfillDocument = new TypedDocumentString(`
    mutation CancelBackfill($backfillId: String!) {
  cancelPartitionBackfill(backfillId: $backfillId) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelBackfillMutation, CancelBackfillMutationVariables>;
export const PauseBackfillDocument = new TypedDocumentString(`
    mutation PauseBackfill($backfillId: String!) {
  pausePartitionBackfill(backfillId: $backfillId) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseBackfillMutation, PauseBackfillMutationVariables>;
export const ResumeBackfillDocument = new TypedDocumentString(`
    mutation ResumeBackfill($backfillId: String!) {
  resumePartitionBackfill(backfillId: $backfillId) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeBackfillMutation, ResumeBackfillMutationVariables>;
export const InstanceDocument = new TypedDocumentString(`
    query Instance {
  version
  instance {
    info
    runCoordinator
    runLauncher
    daemonHealth {
      allDaemonStatuses {
        id
        daemonType
        required
        healthy
        lastHeartbeatTime
        lastHeartbeatErrors {
          ...ErrorChain
        }
      }
    }
    replicas {
      id
      host
      pid
      here
      startedAt
      lastHeartbeatTime
      silentSince
      version
    }
    pools {
      id
      name
      limit
      holders
    }
    queue(limit: 25) {
      id
      runId
      pipelineName
      createdBy
      createTime
      queuePosition
    }
  }
  queued: pipelineRunsOrError(filter: {statuses: [QUEUED]}, limit: 1) {
    ...RunCount
  }
  starting: pipelineRunsOrError(
    filter: {statuses: [NOT_STARTED, STARTING]}
    limit: 1
  ) {
    ...RunCount
  }
  running: pipelineRunsOrError(filter: {statuses: [STARTED, CANCELING]}, limit: 1) {
    ...RunCount
  }
  all: pipelineRunsOrError(limit: 1) {
    ...RunCount
  }
}
    fragment RunCount on PipelineRunsOrError {
  __typename
  ... on PipelineRuns {
    count
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<InstanceQuery, InstanceQueryVariables>;
export const StorageHoldingsDocument = new TypedDocumentString(`
    query StorageHoldings {
  instance {
    storage {
      place
      bytes
      tables {
        name
        rows
        bytes
      }
    }
  }
}
    `) as unknown as TypedDocumentString<StorageHoldingsQuery, StorageHoldingsQueryVariables>;
export const NotebookFormDocument = new TypedDocumentString(`
    query NotebookForm($path: String!) {
  notebookFormOrError(path: $path) {
    __typename
    ... on NotebookForm {
      path
      kernelName
      formats
      canMail
      parameters {
        name
        kind
        default
        hasDefault
        description
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<NotebookFormQuery, NotebookFormQueryVariables>;
export const DueTimesDocument = new TypedDocumentString(`
    query DueTimes($cronSchedule: String!, $executionTimezone: String) {
  dueTimesOrError(
    cronSchedule: $cronSchedule
    executionTimezone: $executionTimezone
  ) {
    __typename
    ... on DueTimes {
      sentence
      nextTicks {
        timestamp
        localTime
        note
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DueTimesQuery, DueTimesQueryVariables>;
export const NotebookJobsDocument = new TypedDocumentString(`
    query NotebookJobs {
  notebookJobsOrError {
    __typename
    ... on NotebookJobs {
      canMail
      results {
        ...NotebookJobFields
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment NotebookJobFields on NotebookJob {
  jobId
  name
  path
  kernelName
  parameters
  cronSchedule
  executionTimezone
  keep
  keepFailuresOnly
  formats
  output
  tags
  mailTo
  isPinned
  hasDrifted
  createdBy
  schedule {
    ...ScheduleRow
  }
  runs(limit: 5) {
    runId
    status
    createTime
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}
fragment ScheduleRow on Schedule {
  id
  name
  title
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  nextTicks(limit: 3) {
    timestamp
  }
  ticks(limit: 1) {
    id
    timestamp
    status
    skipReason
    runIds
    error {
      ...ErrorChain
    }
  }
}`) as unknown as TypedDocumentString<NotebookJobsQuery, NotebookJobsQueryVariables>;
export const RunNotebookDocument = new TypedDocumentString(`
    mutation RunNotebook($params: RunNotebookParams!) {
  runNotebook(params: $params) {
    __typename
    ... on LaunchPipelineRunSuccess {
      run {
        runId
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        path
        message
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RunNotebookMutation, RunNotebookMutationVariables>;
export const RunNotebookJobDocument = new TypedDocumentString(`
    mutation RunNotebookJob($jobId: String!) {
  runNotebookJob(jobId: $jobId) {
    __typename
    ... on LaunchPipelineRunSuccess {
      run {
        runId
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        path
        message
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RunNotebookJobMutation, RunNotebookJobMutationVariables>;
export const SaveNotebookJobDocument = new TypedDocumentString(`
    mutation SaveNotebookJob($job: NotebookJobInput!) {
  saveNotebookJob(job: $job) {
    __typename
    ... on SaveNotebookJobSuccess {
      job {
        jobId
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        path
        message
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SaveNotebookJobMutation, SaveNotebookJobMutationVariables>;
export const RemoveNotebookJobDocument = new TypedDocumentString(`
    mutation RemoveNotebookJob($jobId: String!) {
  removeNotebookJob(jobId: $jobId) {
    __typename
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RemoveNotebookJobMutation, RemoveNotebookJobMutationVariables>;
export const LastNotebookRunDocument = new TypedDocumentString(`
    query LastNotebookRun($filter: RunsFilter!) {
  pipelineRunsOrError(filter: $filter, limit: 1) {
    __typename
    ... on PipelineRuns {
      results {
        runId
        status
        createTime
        endTime
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LastNotebookRunQuery, LastNotebookRunQueryVariables>;
export const DebugStepDocument = new TypedDocumentString(`
    mutation DebugStep($runId: String!, $stepKey: String!) {
  debugStep(runId: $runId, stepKey: $stepKey) {
    __typename
    ... on DebugStepSuccess {
      path
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DebugStepMutation, DebugStepMutationVariables>;
export const RunOutputDocument = new TypedDocumentString(`
    query RunOutput($runId: ID!) {
  pipelineRunOrError(runId: $runId) {
    __typename
    ... on PipelineRun {
      ...RunRow
      stepStats {
        stepKey
        status
        startTime
        endTime
      }
      executionPlan {
        steps {
          key
        }
      }
      failure {
        ...ErrorChain
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment RunRow on PipelineRun {
  id
  runId
  pipelineName
  repositoryName
  repositoryLocationName
  mode
  status
  createdBy
  createTime
  startTime
  endTime
  rootRunId
  parentRunId
  canTerminate
  queuePosition
  tags {
    key
    value
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<RunOutputQuery, RunOutputQueryVariables>;
export const PipelineDocument = new TypedDocumentString(`
    query Pipeline($selector: PipelineSelector!) {
  pipelineOrError(params: $selector) {
    __typename
    ... on Pipeline {
      id
      name
      description
      solidCount
      tags {
        key
        value
      }
      source {
        ...Source
      }
      modes {
        name
        description
        executors
        resources {
          name
          description
          configSchema
        }
      }
      schedules {
        name
        sentence
        status
      }
      drawing
    }
    ... on Error {
      message
    }
    ... on PythonError {
      ...ErrorChain
    }
  }
}
    fragment Source on SourceLocation {
  file
  contentsPath
  line
  cell
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<PipelineQuery, PipelineQueryVariables>;
export const SolidSchemaDocument = new TypedDocumentString(`
    query SolidSchema($selector: PipelineSelector!, $handle: String!) {
  pipelineOrError(params: $selector) {
    __typename
    ... on Pipeline {
      solidHandle(handleID: $handle) {
        solid {
          definition {
            configSchema
          }
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SolidSchemaQuery, SolidSchemaQueryVariables>;
export const SolidKindsDocument = new TypedDocumentString(`
    query SolidKinds($selector: PipelineSelector!) {
  pipelineOrError(params: $selector) {
    __typename
    ... on Pipeline {
      solidHandles {
        handleID
        solid {
          kind
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SolidKindsQuery, SolidKindsQueryVariables>;
export const LaunchpadDocument = new TypedDocumentString(`
    query Launchpad($selector: PipelineSelector!) {
  pipelineOrError(params: $selector) {
    __typename
    ... on Pipeline {
      id
      name
      description
      tags {
        key
        value
      }
      modes {
        name
        description
      }
      presets {
        name
        mode
        solidSelection
        runConfigYaml
        tags {
          key
          value
        }
      }
      solids {
        name
      }
    }
    ... on Error {
      message
    }
    ... on PythonError {
      ...ErrorChain
    }
  }
}
    fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<LaunchpadQuery, LaunchpadQueryVariables>;
export const ValidateDocument = new TypedDocumentString(`
    query Validate($selector: PipelineSelector!, $mode: String!, $config: RunConfigData) {
  isPipelineConfigValid(pipeline: $selector, mode: $mode, runConfigData: $config) {
    __typename
    ... on RunConfigValidationInvalid {
      errors {
        ...ConfigProblem
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}`) as unknown as TypedDocumentString<ValidateQuery, ValidateQueryVariables>;
export const ConfigSchemaDocument = new TypedDocumentString(`
    query ConfigSchema($selector: PipelineSelector!, $mode: String) {
  runConfigSchemaOrError(selector: $selector, mode: $mode) {
    __typename
    ... on RunConfigSchema {
      jsonSchema
      scaffoldYaml
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ConfigSchemaQuery, ConfigSchemaQueryVariables>;
export const PlanDocument = new TypedDocumentString(`
    query Plan($selector: PipelineSelector!, $mode: String!, $config: RunConfigData) {
  executionPlanOrError(pipeline: $selector, mode: $mode, runConfigData: $config) {
    __typename
    ... on ExecutionPlan {
      steps {
        key
        kind
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PlanQuery, PlanQueryVariables>;
export const RunListsDocument = new TypedDocumentString(`
    query RunLists($active: RunsFilter, $recent: RunsFilter, $limit: Int!) {
  active: pipelineRunsOrError(filter: $active, limit: 50) {
    __typename
    ... on PipelineRuns {
      count
      results {
        ...RunRow
        stepStats {
          stepKey
          status
        }
        executionPlan {
          steps {
            key
          }
        }
      }
    }
    ... on Error {
      message
    }
  }
  recent: pipelineRunsOrError(filter: $recent, limit: $limit) {
    __typename
    ... on PipelineRuns {
      count
      results {
        ...RunRow
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment RunRow on PipelineRun {
  id
  runId
  pipelineName
  repositoryName
  repositoryLocationName
  mode
  status
  createdBy
  createTime
  startTime
  endTime
  rootRunId
  parentRunId
  canTerminate
  queuePosition
  tags {
    key
    value
  }
}`) as unknown as TypedDocumentString<RunListsQuery, RunListsQueryVariables>;
export const RunsPageDocument = new TypedDocumentString(`
    query RunsPage($filter: RunsFilter, $cursor: String, $limit: Int!) {
  pipelineRunsOrError(filter: $filter, cursor: $cursor, limit: $limit) {
    __typename
    ... on PipelineRuns {
      count
      results {
        ...RunRow
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment RunRow on PipelineRun {
  id
  runId
  pipelineName
  repositoryName
  repositoryLocationName
  mode
  status
  createdBy
  createTime
  startTime
  endTime
  rootRunId
  parentRunId
  canTerminate
  queuePosition
  tags {
    key
    value
  }
}`) as unknown as TypedDocumentString<RunsPageQuery, RunsPageQueryVariables>;
export const RunDetailDocument = new TypedDocumentString(`
    query RunDetail($runId: ID!, $after: Int!, $limit: Int!) {
  pipelineRunOrError(runId: $runId) {
    __typename
    ... on PipelineRun {
      ...RunRow
      runConfigYaml
      solidSelection
      stepKeysToExecute
      lastEventSeq
      executionPlan {
        steps {
          key
          solidHandle
          kind
          inputs {
            name
            dependsOn {
              solid
              output
            }
          }
        }
      }
      failure {
        ...ErrorChain
      }
      events(after: $after, limit: $limit)
    }
    ... on PipelineRunNotFoundError {
      message
      runId
    }
    ... on PythonError {
      ...ErrorChain
    }
  }
}
    fragment RunRow on PipelineRun {
  id
  runId
  pipelineName
  repositoryName
  repositoryLocationName
  mode
  status
  createdBy
  createTime
  startTime
  endTime
  rootRunId
  parentRunId
  canTerminate
  queuePosition
  tags {
    key
    value
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}`) as unknown as TypedDocumentString<RunDetailQuery, RunDetailQueryVariables>;
export const StepOutputDocument = new TypedDocumentString(`
    query StepOutput($runId: ID!, $stepKey: String!) {
  pipelineRunOrError(runId: $runId) {
    __typename
    ... on PipelineRun {
      computeLogs(stepKey: $stepKey) {
        stdout {
          size
        }
        stderr {
          size
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StepOutputQuery, StepOutputQueryVariables>;
export const LaunchDocument = new TypedDocumentString(`
    mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchPipelineRunSuccess {
      run {
        runId
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        ...ConfigProblem
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}`) as unknown as TypedDocumentString<LaunchMutation, LaunchMutationVariables>;
export const RelaunchDocument = new TypedDocumentString(`
    mutation Relaunch($params: ReexecutionParams!) {
  launchPipelineReexecution(reexecutionParams: $params) {
    __typename
    ... on LaunchPipelineRunSuccess {
      run {
        runId
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        ...ConfigProblem
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}`) as unknown as TypedDocumentString<RelaunchMutation, RelaunchMutationVariables>;
export const RelaunchStepsDocument = new TypedDocumentString(`
    mutation RelaunchSteps($params: ExecutionParams!) {
  launchPipelineReexecution(executionParams: $params) {
    __typename
    ... on LaunchPipelineRunSuccess {
      run {
        runId
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        ...ConfigProblem
      }
    }
    ... on Error {
      message
    }
  }
}
    fragment ConfigProblem on PipelineConfigValidationError {
  message
  reason
  path
  expected
  sample
  line
  column
}`) as unknown as TypedDocumentString<RelaunchStepsMutation, RelaunchStepsMutationVariables>;
export const RunFamilyDocument = new TypedDocumentString(`
    query RunFamily($runId: ID!) {
  runGroupOrError(runId: $runId) {
    __typename
    ... on RunGroup {
      rootRunId
      runs {
        runId
        status
        createTime
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunFamilyQuery, RunFamilyQueryVariables>;
export const RunAsDraftDocument = new TypedDocumentString(`
    query RunAsDraft($runId: ID!) {
  pipelineRunOrError(runId: $runId) {
    __typename
    ... on PipelineRun {
      mode
      solidSelection
      runConfigYaml
      tags {
        key
        value
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RunAsDraftQuery, RunAsDraftQueryVariables>;
export const TerminateDocument = new TypedDocumentString(`
    mutation Terminate($runId: String!, $policy: TerminatePipelinePolicy) {
  terminatePipelineExecution(runId: $runId, terminatePolicy: $policy) {
    __typename
    ... on TerminatePipelineExecutionSuccess {
      run {
        runId
        status
      }
    }
    ... on TerminatePipelineExecutionFailure {
      message
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<TerminateMutation, TerminateMutationVariables>;
export const DeleteRunDocument = new TypedDocumentString(`
    mutation DeleteRun($runId: String!) {
  deletePipelineRun(runId: $runId) {
    __typename
    ... on DeletePipelineRunSuccess {
      runId
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteRunMutation, DeleteRunMutationVariables>;
export const RunLogsDocument = new TypedDocumentString(`
    subscription RunLogs($runId: ID!, $after: String) {
  pipelineRunLogs(runId: $runId, after: $after) {
    __typename
    ... on PipelineRunLogsSubscriptionSuccess {
      run {
        runId
        status
        startTime
        endTime
        canTerminate
        queuePosition
      }
      events
      hasMorePastEvents
    }
    ... on PipelineRunLogsSubscriptionFailure {
      message
      missingRunId
    }
  }
}
    `) as unknown as TypedDocumentString<RunLogsSubscription, RunLogsSubscriptionVariables>;
export const RunsChangedDocument = new TypedDocumentString(`
    subscription RunsChanged {
  pipelineRunsChanged {
    runIds
  }
}
    `) as unknown as TypedDocumentString<RunsChangedSubscription, RunsChangedSubscriptionVariables>;
export const StepOutputStreamDocument = new TypedDocumentString(`
    subscription StepOutputStream($runId: ID!, $stepKey: String!, $ioType: ComputeIOType!, $cursor: String) {
  computeLogs(runId: $runId, stepKey: $stepKey, ioType: $ioType, cursor: $cursor) {
    data
    cursor
    size
  }
}
    `) as unknown as TypedDocumentString<StepOutputStreamSubscription, StepOutputStreamSubscriptionVariables>;
export const PermissionsDocument = new TypedDocumentString(`
    query Permissions {
  version
  permissions {
    permission
    value
    disabledReason
  }
}
    `) as unknown as TypedDocumentString<PermissionsQuery, PermissionsQueryVariables>;
export const WorkspaceDocument = new TypedDocumentString(`
    query Workspace {
  workspaceOrError {
    __typename
    ... on Workspace {
      path
      locationEntries {
        id
        name
        loadStatus
        stale
        updatedTimestamp
        progress
        displayMetadata {
          key
          value
        }
        loadError {
          ...ErrorChain
        }
        locationOrLoadError {
          __typename
          ... on RepositoryLocation {
            id
            name
            codeVersion
            repositories {
              id
              name
              pipelines {
                id
                name
                description
                solidCount
              }
              schedules {
                ...ScheduleRow
              }
              sensors {
                ...SensorRow
              }
              partitionSets {
                id
                name
                pipelineName
                mode
              }
            }
          }
          ... on PythonError {
            ...ErrorChain
          }
        }
      }
    }
    ... on PythonError {
      ...ErrorChain
    }
  }
}
    fragment SensorRow on Sensor {
  id
  name
  sensorType
  description
  minIntervalSeconds
  status
  repositoryName
  repositoryLocationName
  nextEvaluation
  ticks(limit: 1) {
    id
    timestamp
    status
  }
}
fragment ErrorFields on PythonError {
  message
  className
  stack
  file
  line
  code
  hint
}
fragment ErrorChain on PythonError {
  ...ErrorFields
  cause {
    ...ErrorFields
    cause {
      ...ErrorFields
    }
  }
}
fragment ScheduleRow on Schedule {
  id
  name
  title
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  nextTicks(limit: 3) {
    timestamp
  }
  ticks(limit: 1) {
    id
    timestamp
    status
    skipReason
    runIds
    error {
      ...ErrorChain
    }
  }
}`) as unknown as TypedDocumentString<WorkspaceQuery, WorkspaceQueryVariables>;
export const ReloadLocationDocument = new TypedDocumentString(`
    mutation ReloadLocation($name: String!) {
  reloadRepositoryLocation(repositoryLocationName: $name) {
    __typename
    ... on WorkspaceLocationEntry {
      id
      loadStatus
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ReloadLocationMutation, ReloadLocationMutationVariables>;
export const ReloadWorkspaceDocument = new TypedDocumentString(`
    mutation ReloadWorkspace {
  reloadWorkspace {
    __typename
    ... on Workspace {
      path
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ReloadWorkspaceMutation, ReloadWorkspaceMutationVariables>;
export const StartScheduleDocument = new TypedDocumentString(`
    mutation StartSchedule($selector: ScheduleSelector!) {
  startSchedule(scheduleSelector: $selector) {
    __typename
    ... on ScheduleStateResult {
      schedule {
        id
        status
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartScheduleMutation, StartScheduleMutationVariables>;
export const StopScheduleDocument = new TypedDocumentString(`
    mutation StopSchedule($selector: ScheduleSelector!) {
  stopRunningSchedule(scheduleSelector: $selector) {
    __typename
    ... on ScheduleStateResult {
      schedule {
        id
        status
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StopScheduleMutation, StopScheduleMutationVariables>;
export const LocationsChangedDocument = new TypedDocumentString(`
    subscription LocationsChanged {
  locationStateChangeEvents {
    event {
      locationName
      eventType
      message
    }
  }
}
    `) as unknown as TypedDocumentString<LocationsChangedSubscription, LocationsChangedSubscriptionVariables>;