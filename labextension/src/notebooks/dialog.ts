import { Dialog } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { messageOf } from '../api/problem';
import { bodyOf } from '../components/surroundings';
import type { IOrchestrator } from '../tokens';
import { DialogBody } from './dialog_body';
import type { NotebookDraft } from './draft';
import { DueTimesModel } from './due_times';

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
  const due = new DueTimesModel(orch.client);
  try {
    return await Private.askAgain(orch, draft, send, { title, accept, fields: createElement(DialogBody, { draft, scheduled, kernels, due }) });
  } finally {
    due.dispose();
  }
}

namespace Private {
  interface IShown {
    title: string;
    accept: string;
    fields: JSX.Element;
  }

  export async function askAgain<T>(orch: IOrchestrator, draft: NotebookDraft, send: () => Promise<T>, { title, accept, fields }: IShown): Promise<T | null> {
    for (;;) {
      const body = bodyOf(orch, fields);
      const dialog = new Dialog({ title, body, buttons: [Dialog.cancelButton(), Dialog.okButton({ label: accept })] });
      const { button } = await dialog.launch();
      if (!button.accept) {
        return null;
      }
      if (!draft.isRight) {
        draft.refusal = orch.trans.__('Some fields are not right yet.');
        continue;
      }
      try {
        return await send();
      } catch (reason) {
        draft.refusal = messageOf(reason);
      }
    }
  }
}
