import type { TranslationBundle } from '@jupyterlab/translation';

import type { InstigationTickStatus } from '../api/gql/graphql';
import { type AnyStatus, StatusGlyph, statusTone } from './status';

/** The word for how a tick ended; a switch of literals so that every word can be translated. */
export function tickWord(status: InstigationTickStatus, trans: TranslationBundle): string {
  switch (status) {
    case 'STARTED':
      return trans.__('Being evaluated');
    case 'SKIPPED':
      return trans.__('Skipped');
    case 'SUCCESS':
      return trans.__('Success');
    case 'FAILURE':
      return trans.__('Failed');
  }
}

/** The look of a tick, in the words of runs. */
export function tickLook(status: InstigationTickStatus): AnyStatus {
  return status === 'STARTED' ? 'RUNNING' : status;
}

/** Glyph and word of a tick. */
export function TickStatus({ status, trans }: { status: InstigationTickStatus; trans: TranslationBundle }): JSX.Element {
  return (
    <span className={`jp-orch-Status jp-orch-tone-${statusTone(tickLook(status))}`}>
      <StatusGlyph status={tickLook(status)} />
      <span>{tickWord(status, trans)}</span>
    </span>
  );
}
