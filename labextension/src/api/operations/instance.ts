/** The instance: what runs it, how it is set up, how it feels; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const INSTANCE = graphql(`
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
    queued: pipelineRunsOrError(filter: { statuses: [QUEUED] }, limit: 1) {
      ...RunCount
    }
    starting: pipelineRunsOrError(filter: { statuses: [NOT_STARTED, STARTING] }, limit: 1) {
      ...RunCount
    }
    running: pipelineRunsOrError(filter: { statuses: [STARTED, CANCELING] }, limit: 1) {
      ...RunCount
    }
    all: pipelineRunsOrError(limit: 1) {
      ...RunCount
    }
  }
`);

export const STORAGE = graphql(`
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
`);

export const RUN_COUNT = graphql(`
  fragment RunCount on PipelineRunsOrError {
    __typename
    ... on PipelineRuns {
      count
    }
  }
`);
