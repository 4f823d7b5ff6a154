import { useState } from 'react';

import { messageOf } from '../api/problem';
import { useOrch } from './surroundings';

/** Turns something on or off; says why it can not be turned. */
export function Switch({
  label,
  on,
  refusal,
  tabIndex,
  onTurn
}: {
  label: string;
  on: boolean;
  refusal: string;
  tabIndex?: number;
  /** @returns why it was refused, or an empty string. */
  onTurn: (on: boolean) => Promise<string>;
}): JSX.Element {
  const { open, trans } = useOrch();
  const [busy, setBusy] = useState(false);
  const turn = (): void => {
    if (refusal || busy) {
      return;
    }
    setBusy(true);
    onTurn(!on)
      .then(refused => refused && open.tell(refused, 'error'))
      .catch((reason: unknown) => open.tell(messageOf(reason), 'error'))
      .finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      aria-disabled={refusal !== '' || busy}
      title={refusal || (on ? trans.__('Switch off') : trans.__('Switch on'))}
      tabIndex={tabIndex}
      className="jp-orch-Switch"
      onClick={turn}
    >
      <span className="jp-orch-Switch-knob" />
    </button>
  );
}
