/** Plain notebooks: their parameters, runs in the background, and jobs; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const NOTEBOOK_FORM = graphql(`
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
`);

export const DUE_TIMES = graphql(`
  query DueTimes($cronSchedule: String!, $executionTimezone: String) {
    dueTimesOrError(cronSchedule: $cronSchedule, executionTimezone: $executionTimezone) {
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
`);

export const NOTEBOOK_JOB = graphql(`
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
`);

export const NOTEBOOK_JOBS = graphql(`
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
`);

export const RUN_NOTEBOOK = graphql(`
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
`);

export const RUN_NOTEBOOK_JOB = graphql(`
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
`);

export const SAVE_NOTEBOOK_JOB = graphql(`
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
`);

export const REMOVE_NOTEBOOK_JOB = graphql(`
  mutation RemoveNotebookJob($jobId: String!) {
    removeNotebookJob(jobId: $jobId) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const LAST_NOTEBOOK_RUN = graphql(`
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
`);

export const DEBUG_STEP = graphql(`
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
`);
