import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { type MouseEvent, type ReactNode, useState } from 'react';

import { messageOf } from '../api/problem';
import type { Permit } from '../models/permissions';
import type { Preferences } from '../models/preferences';
import { useModel, useOrch } from './surroundings';

/** What an action button needs. */
export interface IActionProps {
  /** Accessible name. */
  label: string;
  /** Text on the button; left out for an icon button. */
  children?: ReactNode;
  icon?: LabIcon;
  look?: 'accept' | 'warn' | 'plain' | 'icon';
  /** Why it can not be pressed; shown as tooltip, and the button stays reachable so that it can be read. */
  refusal?: string;
  title?: string;
  tabIndex?: number;
  onAct: () => unknown;
}

/** A button that says why it is off, is off while its action is under way, and tells when that fails. */
export function Action({ label, children, icon, look = 'plain', refusal = '', title, tabIndex, onAct }: IActionProps): JSX.Element {
  const { open } = useOrch();
  const [busy, setBusy] = useState(false);
  const act = (event: MouseEvent): void => {
    event.stopPropagation();
    if (refusal || busy) {
      return;
    }
    setBusy(true);
    Promise.resolve()
      .then(onAct)
      .catch((reason: unknown) => open.tell(`${label}: ${messageOf(reason)}`, 'error'))
      .finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      className={Private.CLASSES[look]}
      aria-label={label}
      aria-disabled={refusal !== '' || busy}
      title={refusal || title || (look === 'icon' ? label : undefined)}
      tabIndex={tabIndex}
      onClick={act}
    >
      {icon && <icon.react tag="span" className="jp-orch-icon" />}
      {children !== undefined && <span className="jp-orch-Action-text">{children}</span>}
    </button>
  );
}

/** Why the caller may not do something just now: no connection, or no permission. */
export function useRefusal(permit: Permit): string {
  const { live, permissions, trans } = useOrch();
  useModel(live);
  useModel(permissions);
  return live.status === 'offline' ? trans.__('The server cannot be reached.') : permissions.refusal(permit);
}

/** Ask before something is canceled, where the user wishes to be asked. */
export async function confirmCancel({ current }: Preferences, trans: TranslationBundle): Promise<boolean> {
  if (!current.confirmCancel) {
    return true;
  }
  const { button } = await showDialog({
    title: trans.__('Cancel this run?'),
    body: trans.__('Its steps are stopped; what they have finished stays.'),
    buttons: [Dialog.cancelButton({ label: trans.__('Keep running') }), Dialog.warnButton({ label: trans.__('Cancel run') })]
  });
  return button.accept;
}

namespace Private {
  export const CLASSES = {
    accept: 'jp-orch-Action jp-mod-styled jp-mod-accept',
    warn: 'jp-orch-Action jp-mod-styled jp-mod-warn',
    plain: 'jp-orch-Action jp-mod-styled',
    icon: 'jp-orch-Action jp-orch-mod-icon'
  };
}
