/** Runs: lists, one run, what can be done with it, and its streams; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

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

export const RELAUNCH_STEPS = graphql(`
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
`);

/** A run with all that were made from it. */
export const RUN_FAMILY = graphql(`
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
`);

/** What a run was asked to do, to ask for it again. */
export const RUN_AS_DRAFT = graphql(`
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

export const COMPUTE_LOGS = graphql(`
  subscription StepOutputStream($runId: ID!, $stepKey: String!, $ioType: ComputeIOType!, $cursor: String) {
    computeLogs(runId: $runId, stepKey: $stepKey, ioType: $ioType, cursor: $cursor) {
      data
      cursor
      size
    }
  }
`);
