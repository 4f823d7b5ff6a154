/** Partition sets and backfills; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const BACKFILL_ROW = graphql(`
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
`);

export const BACKFILLS = graphql(`
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
`);

export const BACKFILL_DETAIL = graphql(`
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
`);

export const PARTITION_SET = graphql(`
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
`);

export const PARTITION_CONFIG = graphql(`
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
`);

export const LAUNCH_BACKFILL = graphql(`
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
`);

export const CANCEL_BACKFILL = graphql(`
  mutation CancelBackfill($backfillId: String!) {
    cancelPartitionBackfill(backfillId: $backfillId) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const PAUSE_BACKFILL = graphql(`
  mutation PauseBackfill($backfillId: String!) {
    pausePartitionBackfill(backfillId: $backfillId) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const RESUME_BACKFILL = graphql(`
  mutation ResumeBackfill($backfillId: String!) {
    resumePartitionBackfill(backfillId: $backfillId) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);
