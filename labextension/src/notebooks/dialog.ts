import { Dialog } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { messageOf } from '../api/problem';
import { bodyOf } from '../components/surroundings';
import type { IOrchestrator } from '../tokens';
import { DialogBody } from './dialog_body';
import type { NotebookDraft } from './draft';

/**
 * Show the fields until they are sent and taken, or given up.
 *
 * @param kernels - kernel name → title, of the kernels that can be chosen.
 * @param send - sends the draft; rejects with the reason when the server refuses.
 * @returns what `send` gave, or null when the user gave up.
 */
export async function askAndSend<T>(
  orch: IOrchestrator,
  draft: NotebookDraft,
  kernels: Readonly<Record<string, string>>,
  { title, accept, scheduled }: { title: string; accept: string; scheduled: boolean },
  send: () => Promise<T>
): Promise<T | null> {
  for (;;) {
    const body = bodyOf(orch, createElement(DialogBody, { draft, scheduled, kernels }));
    const dialog = new Dialog({ title, body, buttons: [Dialog.cancelButton(), Dialog.okButton({ label: accept })] });
    const { button } = await dialog.launch();
    if (!button.accept) {
      return null;
    }
    if (!draft.isRight) {
      draft.refusal = orch.trans.__('Some parameters are not right yet.');
      continue;
    }
    try {
      return await send();
    } catch (reason) {
      draft.refusal = messageOf(reason);
    }
  }
}
