/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

export type TickFieldsFragment = { id: string, timestamp: number, endTimestamp: number | null, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null };

export type ScheduleDetailQueryVariables = Exact<{
  selector: ScheduleSelector;
  ticks: number;
}>;


export type ScheduleDetailQuery = { scheduleOrError:
    | { __typename: 'PythonError', message: string }
    | { __typename: 'Schedule', mode: string, id: string, name: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, futureTicks: Array<number>, next: Array<number>, history: Array<{ id: string, timestamp: number, endTimestamp: number | null, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> }
    | { __typename: 'ScheduleNotFoundError', message: string }
   };

export type InstanceQueryVariables = Exact<{ [key: string]: never; }>;


export type InstanceQuery = { version: string, instance: { info: string, runCoordinator: string, runLauncher: string, daemonHealth: { allDaemonStatuses: Array<{ id: string, daemonType: string, required: boolean, healthy: boolean | null, lastHeartbeatTime: number | null, lastHeartbeatErrors: Array<{ message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }> }> }, replicas: Array<{ id: string, host: string, pid: number, here: boolean, startedAt: number, lastHeartbeatTime: number, version: string }> }, queued:
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

type RunCount_InvalidPipelineRunsFilterError_Fragment = { __typename: 'InvalidPipelineRunsFilterError' };

type RunCount_PipelineRuns_Fragment = { __typename: 'PipelineRuns', count: number };

type RunCount_PythonError_Fragment = { __typename: 'PythonError' };

export type RunCountFragment =
  | RunCount_InvalidPipelineRunsFilterError_Fragment
  | RunCount_PipelineRuns_Fragment
  | RunCount_PythonError_Fragment
;

export type SourceFragment = { file: string, contentsPath: string | null, line: number, cell: number | null };

export type SolidFieldsFragment = { handle: string, name: string, kind: SolidKind, definition: { name: string, description: string | null, requiredResources: Array<string>, notebookPath: string | null, source: { file: string, contentsPath: string | null, line: number, cell: number | null } | null }, inputs: Array<{ name: string, type: string, description: string | null, isDynamicCollect: boolean, dependsOn: Array<{ solid: string, output: string }> }>, outputs: Array<{ name: string, type: string, description: string | null, isRequired: boolean, isDynamic: boolean }>, tags: Array<{ key: string, value: string }>, inputMappings: Array<{ outer: string, solid: string, inner: string }>, outputMappings: Array<{ outer: string, solid: string, inner: string }> };

export type PipelineQueryVariables = Exact<{
  selector: PipelineSelector;
}>;


export type PipelineQuery = { pipelineOrError:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'Pipeline', id: string, name: string, description: string | null, solidCount: number, tags: Array<{ key: string, value: string }>, source: { file: string, contentsPath: string | null, line: number, cell: number | null } | null, modes: Array<{ name: string, description: string | null, executors: Array<string>, resources: Array<{ name: string, description: string | null, configSchema: unknown }> }>, schedules: Array<{ name: string, sentence: string, status: InstigationStatus }>, solidHandles: Array<{ solid: { handle: string, name: string, kind: SolidKind, definition: { name: string, description: string | null, requiredResources: Array<string>, notebookPath: string | null, source: { file: string, contentsPath: string | null, line: number, cell: number | null } | null }, inputs: Array<{ name: string, type: string, description: string | null, isDynamicCollect: boolean, dependsOn: Array<{ solid: string, output: string }> }>, outputs: Array<{ name: string, type: string, description: string | null, isRequired: boolean, isDynamic: boolean }>, tags: Array<{ key: string, value: string }>, inputMappings: Array<{ outer: string, solid: string, inner: string }>, outputMappings: Array<{ outer: string, solid: string, inner: string }> } }> }
    | { __typename: 'PipelineNotFoundError', message: string }
    | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
   };

export type SolidSchemasQueryVariables = Exact<{
  selector: PipelineSelector;
}>;


export type SolidSchemasQuery = { pipelineOrError:
    | { __typename: 'InvalidSubsetError', message: string }
    | { __typename: 'Pipeline', solidHandles: Array<{ solid: { handle: string, definition: { configSchema: unknown } } }> }
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

export type ScheduleRowFragment = { id: string, name: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, futureTicks: Array<number>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> };

export type WorkspaceQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceQuery = { workspaceOrError:
    | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
    | { __typename: 'Workspace', path: string, locationEntries: Array<{ id: string, name: string, loadStatus: RepositoryLocationLoadStatus, stale: boolean, updatedTimestamp: number, progress: string | null, displayMetadata: Array<{ key: string, value: string }>, loadError: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null, locationOrLoadError:
          | { __typename: 'PythonError', message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null }
          | { __typename: 'RepositoryLocation', id: string, name: string, codeVersion: string, repositories: Array<{ id: string, name: string, pipelines: Array<{ id: string, name: string, description: string | null, solidCount: number }>, schedules: Array<{ id: string, name: string, cronSchedule: string, executionTimezone: string, sentence: string, pipelineName: string, status: InstigationStatus, description: string | null, repositoryName: string, repositoryLocationName: string, futureTicks: Array<number>, ticks: Array<{ id: string, timestamp: number, status: InstigationTickStatus, skipReason: string | null, runIds: Array<string>, error: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null, cause: { message: string, className: string | null, stack: Array<string>, file: string | null, line: number | null, code: string | null, hint: string | null } | null } | null } | null }> }> }> }
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
  endTimestamp
  status
  skipReason
  runIds
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
export const RunCountFragmentDoc = new TypedDocumentString(`
    fragment RunCount on PipelineRunsOrError {
  __typename
  ... on PipelineRuns {
    count
  }
}
    `, {"fragmentName":"RunCount"}) as unknown as TypedDocumentString<RunCountFragment, unknown>;
export const SourceFragmentDoc = new TypedDocumentString(`
    fragment Source on SourceLocation {
  file
  contentsPath
  line
  cell
}
    `, {"fragmentName":"Source"}) as unknown as TypedDocumentString<SourceFragment, unknown>;
export const SolidFieldsFragmentDoc = new TypedDocumentString(`
    fragment SolidFields on Solid {
  handle
  name
  kind
  definition {
    name
    description
    requiredResources
    notebookPath
    source {
      ...Source
    }
  }
  inputs {
    name
    type
    description
    isDynamicCollect
    dependsOn {
      solid
      output
    }
  }
  outputs {
    name
    type
    description
    isRequired
    isDynamic
  }
  tags {
    key
    value
  }
  inputMappings {
    outer
    solid
    inner
  }
  outputMappings {
    outer
    solid
    inner
  }
}
    fragment Source on SourceLocation {
  file
  contentsPath
  line
  cell
}`, {"fragmentName":"SolidFields"}) as unknown as TypedDocumentString<SolidFieldsFragment, unknown>;
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
export const ScheduleRowFragmentDoc = new TypedDocumentString(`
    fragment ScheduleRow on Schedule {
  id
  name
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  futureTicks(limit: 3)
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
export const ScheduleDetailDocument = new TypedDocumentString(`
    query ScheduleDetail($selector: ScheduleSelector!, $ticks: Int!) {
  scheduleOrError(scheduleSelector: $selector) {
    __typename
    ... on Schedule {
      ...ScheduleRow
      mode
      next: futureTicks(limit: 5)
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
  endTimestamp
  status
  skipReason
  runIds
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
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  futureTicks(limit: 3)
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
      version
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
      solidHandles {
        solid {
          ...SolidFields
        }
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
    fragment Source on SourceLocation {
  file
  contentsPath
  line
  cell
}
fragment SolidFields on Solid {
  handle
  name
  kind
  definition {
    name
    description
    requiredResources
    notebookPath
    source {
      ...Source
    }
  }
  inputs {
    name
    type
    description
    isDynamicCollect
    dependsOn {
      solid
      output
    }
  }
  outputs {
    name
    type
    description
    isRequired
    isDynamic
  }
  tags {
    key
    value
  }
  inputMappings {
    outer
    solid
    inner
  }
  outputMappings {
    outer
    solid
    inner
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
}`) as unknown as TypedDocumentString<PipelineQuery, PipelineQueryVariables>;
export const SolidSchemasDocument = new TypedDocumentString(`
    query SolidSchemas($selector: PipelineSelector!) {
  pipelineOrError(params: $selector) {
    __typename
    ... on Pipeline {
      solidHandles {
        solid {
          handle
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
    `) as unknown as TypedDocumentString<SolidSchemasQuery, SolidSchemasQueryVariables>;
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
  cronSchedule
  executionTimezone
  sentence
  pipelineName
  status
  description
  repositoryName
  repositoryLocationName
  futureTicks(limit: 3)
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