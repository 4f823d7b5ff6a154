/** Schedules and sensors with their ticks; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const TICK = graphql(`
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
`);

export const SCHEDULE_DETAIL = graphql(`
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
`);

export const SENSOR_ROW = graphql(`
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
`);

export const SENSOR_DETAIL = graphql(`
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
`);

export const START_SENSOR = graphql(`
  mutation StartSensor($selector: SensorSelector!) {
    startSensor(sensorSelector: $selector) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const STOP_SENSOR = graphql(`
  mutation StopSensor($selector: SensorSelector!) {
    stopSensor(sensorSelector: $selector) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const TRIGGER_SENSOR = graphql(`
  mutation TriggerSensor($selector: SensorSelector!) {
    triggerSensor(sensorSelector: $selector) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const SET_CURSOR = graphql(`
  mutation SetCursor($selector: SensorSelector!, $cursor: String) {
    setSensorCursor(sensorSelector: $selector, cursor: $cursor) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const DRY_RUN = graphql(`
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
`);

export const SCHEDULE_DRY_RUN = graphql(`
  mutation ScheduleDryRun($selector: ScheduleSelector!, $timestamp: Float) {
    scheduleDryRun(selectorData: $selector, timestamp: $timestamp) {
      __typename
      ...DryRun
      ... on Error {
        message
      }
    }
  }
`);

export const SENSOR_DRY_RUN = graphql(`
  mutation SensorDryRun($selector: SensorSelector!, $cursor: String) {
    sensorDryRun(selectorData: $selector, cursor: $cursor) {
      __typename
      ...DryRun
      ... on Error {
        message
      }
    }
  }
`);
