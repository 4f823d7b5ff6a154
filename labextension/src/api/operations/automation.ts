/** Schedules with their ticks; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const TICK = graphql(`
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
`);

export const SCHEDULE_DETAIL = graphql(`
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
`);
