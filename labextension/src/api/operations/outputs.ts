/** Runs as outputs of notebook cells show them; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const RUN_OUTPUT = graphql(`
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
`);
