/** Every document that the panel sends to the server; `npm run codegen` types them from the schema. */
import { graphql } from './gql';

export const ERROR_FIELDS = graphql(`
  fragment ErrorFields on PythonError {
    message
    className
    stack
    file
    line
    code
    hint
  }
`);

export const ERROR_CHAIN = graphql(`
  fragment ErrorChain on PythonError {
    ...ErrorFields
    cause {
      ...ErrorFields
      cause {
        ...ErrorFields
      }
    }
  }
`);

export const PERMISSIONS = graphql(`
  query Permissions {
    version
    permissions {
      permission
      value
      disabledReason
    }
  }
`);

export const SCHEDULE_ROW = graphql(`
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
`);

export const WORKSPACE = graphql(`
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
`);

export const RELOAD_LOCATION = graphql(`
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
`);

export const RELOAD_WORKSPACE = graphql(`
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
`);

export const START_SCHEDULE = graphql(`
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
`);

export const STOP_SCHEDULE = graphql(`
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
`);

export const RUN_ROW = graphql(`
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
`);

export const RUN_LISTS = graphql(`
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
`);

export const RUNS_PAGE = graphql(`
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
`);

export const RUN_DETAIL = graphql(`
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
`);

export const STEP_OUTPUT = graphql(`
  query StepOutput($runId: ID!, $stepKey: String!) {
    pipelineRunOrError(runId: $runId) {
      __typename
      ... on PipelineRun {
        computeLogs(stepKey: $stepKey) {
          stdout {
            data
            cursor
            size
          }
          stderr {
            data
            cursor
            size
          }
        }
      }
      ... on Error {
        message
      }
    }
  }
`);

export const LAUNCH = graphql(`
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
`);

export const RELAUNCH = graphql(`
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
`);

export const TERMINATE = graphql(`
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
`);

export const DELETE_RUN = graphql(`
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
`);

export const SOURCE = graphql(`
  fragment Source on SourceLocation {
    file
    contentsPath
    line
    cell
  }
`);

export const SOLID_FIELDS = graphql(`
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
`);

export const PIPELINE = graphql(`
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
        solids {
          ...SolidFields
          solids {
            ...SolidFields
            solids {
              ...SolidFields
              solids {
                ...SolidFields
                solids {
                  ...SolidFields
                }
              }
            }
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
`);

export const SOLID_SCHEMAS = graphql(`
  query SolidSchemas($selector: PipelineSelector!) {
    pipelineOrError(params: $selector) {
      __typename
      ... on Pipeline {
        solids {
          handle
          definition {
            configSchema
          }
          solids {
            handle
            definition {
              configSchema
            }
            solids {
              handle
              definition {
                configSchema
              }
              solids {
                handle
                definition {
                  configSchema
                }
                solids {
                  handle
                  definition {
                    configSchema
                  }
                }
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
`);

export const LAUNCHPAD = graphql(`
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
`);

export const CONFIG_PROBLEM = graphql(`
  fragment ConfigProblem on PipelineConfigValidationError {
    message
    reason
    path
    expected
    sample
    line
    column
  }
`);

export const VALIDATE = graphql(`
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
`);

export const SCAFFOLD = graphql(`
  query Scaffold($selector: PipelineSelector!, $mode: String) {
    runConfigSchemaOrError(selector: $selector, mode: $mode) {
      __typename
      ... on RunConfigSchema {
        scaffoldYaml
      }
      ... on Error {
        message
      }
    }
  }
`);

export const RUN_LOGS = graphql(`
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
`);

export const RUNS_CHANGED = graphql(`
  subscription RunsChanged {
    pipelineRunsChanged {
      runIds
    }
  }
`);

export const LOCATIONS_CHANGED = graphql(`
  subscription LocationsChanged {
    locationStateChangeEvents {
      event {
        locationName
        eventType
        message
      }
    }
  }
`);

export const COMPUTE_LOGS = graphql(`
  subscription StepOutputStream($runId: ID!, $stepKey: String!, $ioType: ComputeIOType!, $cursor: String) {
    computeLogs(runId: $runId, stepKey: $stepKey, ioType: $ioType, cursor: $cursor) {
      data
      cursor
      size
    }
  }
`);
