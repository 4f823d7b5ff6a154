import type { PipelineRunStatus } from '../api/gql/graphql';

/** Statuses in which a run may still move. */
export const ACTIVE: readonly PipelineRunStatus[] = ['QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING'];

/** Statuses in which a run stays. */
export const FINISHED: readonly PipelineRunStatus[] = ['SUCCESS', 'FAILURE', 'CANCELED'];

/** All statuses in the order of a run's life. */
export const STATUSES: readonly PipelineRunStatus[] = [...ACTIVE, ...FINISHED];

/** Whether a run may still move. */
export function isActive(status: PipelineRunStatus): boolean {
  return ACTIVE.includes(status);
}
