import type { TranslationBundle } from '@jupyterlab/translation';

import type { PipelineRunStatus, RepositoryLocationLoadStatus } from '../api/gql/graphql';
import type { StepStatus } from '../models/history';
import { useTrans } from './surroundings';

/** Anything that has a colour and a glyph. */
export type AnyStatus = PipelineRunStatus | StepStatus | RepositoryLocationLoadStatus | 'UNKNOWN';

/** The word for a status; a switch of literals so that every word can be translated. */
export function statusWord(status: AnyStatus, trans: TranslationBundle): string {
  switch (status) {
    case 'QUEUED':
      return trans.__('Queued');
    case 'NOT_STARTED':
      return trans.__('Not started');
    case 'STARTING':
      return trans.__('Starting');
    case 'STARTED':
    case 'RUNNING':
      return trans.__('Running');
    case 'CANCELING':
      return trans.__('Canceling');
    case 'SUCCESS':
      return trans.__('Success');
    case 'FAILURE':
      return trans.__('Failed');
    case 'CANCELED':
      return trans.__('Canceled');
    case 'WAITING':
      return trans.__('Waiting');
    case 'RETRYING':
      return trans.__('Waiting to retry');
    case 'SKIPPED':
      return trans.__('Skipped');
    case 'LOADING':
      return trans.__('Loading');
    case 'LOADED':
      return trans.__('Loaded');
    case 'ERROR':
      return trans.__('Error');
    case 'UNKNOWN':
      return trans.__('Unknown');
  }
}

/** Which of the five looks a status has. */
export function statusTone(status: AnyStatus): 'good' | 'bad' | 'busy' | 'wait' | 'idle' {
  switch (status) {
    case 'SUCCESS':
    case 'LOADED':
      return 'good';
    case 'FAILURE':
    case 'ERROR':
      return 'bad';
    case 'STARTED':
    case 'RUNNING':
    case 'STARTING':
    case 'LOADING':
      return 'busy';
    case 'CANCELING':
    case 'RETRYING':
      return 'wait';
    default:
      return 'idle';
  }
}

/** A small drawing for a status; the shape alone tells it, the colour only helps. */
export function StatusGlyph({ status }: { status: AnyStatus }): JSX.Element {
  return (
    <svg className={`jp-orch-glyph jp-orch-tone-${statusTone(status)}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {Private.shape(status)}
    </svg>
  );
}

/** Glyph and word together. */
export function Status({ status }: { status: AnyStatus }): JSX.Element {
  const trans = useTrans();
  return (
    <span className={`jp-orch-Status jp-orch-tone-${statusTone(status)}`}>
      <StatusGlyph status={status} />
      <span>{statusWord(status, trans)}</span>
    </span>
  );
}

namespace Private {
  export function shape(status: AnyStatus): JSX.Element {
    switch (status) {
      case 'SUCCESS':
      case 'LOADED':
        return (
          <>
            <circle className="jp-orch-glyph-fill" cx="8" cy="8" r="7" />
            <path className="jp-orch-glyph-mark" d="M4.8 8.3l2.2 2.2 4.3-4.7" />
          </>
        );
      case 'FAILURE':
      case 'ERROR':
        return (
          <>
            <path className="jp-orch-glyph-fill" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />
            <path className="jp-orch-glyph-mark" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
          </>
        );
      case 'STARTED':
      case 'RUNNING':
      case 'STARTING':
      case 'LOADING':
        return (
          <>
            <circle className="jp-orch-glyph-ring" cx="8" cy="8" r="6" />
            <path className="jp-orch-glyph-turn" d="M8 2a6 6 0 0 1 6 6" />
          </>
        );
      case 'CANCELED':
      case 'CANCELING':
        return (
          <>
            <circle className="jp-orch-glyph-line" cx="8" cy="8" r="6" />
            <rect className="jp-orch-glyph-fill" x="5.4" y="5.4" width="5.2" height="5.2" rx="0.8" />
          </>
        );
      case 'RETRYING':
        return <path className="jp-orch-glyph-line" d="M13.5 8A5.5 5.5 0 1 1 11 3.4M11 .8v3H8" />;
      case 'SKIPPED':
        return <path className="jp-orch-glyph-line" d="M3 4l4 4-4 4M8 4l4 4-4 4M13.5 4v8" />;
      case 'QUEUED':
      case 'NOT_STARTED':
        return (
          <>
            <circle className="jp-orch-glyph-line" cx="8" cy="8" r="6" />
            <path className="jp-orch-glyph-line" d="M8 4.6V8l2.3 1.6" />
          </>
        );
      default:
        return <circle className="jp-orch-glyph-line jp-orch-glyph-dots" cx="8" cy="8" r="6" />;
    }
  }
}
