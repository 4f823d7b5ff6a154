/** What the workspace holds: locations, schedules, permissions; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

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
