/** One pipeline: its graph, its launchpad, checks of a run config; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const SOURCE = graphql(`
  fragment Source on SourceLocation {
    file
    contentsPath
    line
    cell
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
`);

export const SOLID_SCHEMA = graphql(`
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
`);

/** Which solids of a pipeline are notebooks. */
export const SOLID_KINDS = graphql(`
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

export const CONFIG_SCHEMA = graphql(`
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
`);

export const PLAN = graphql(`
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
`);
