import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { Contents, KernelSpec } from '@jupyterlab/services';

import { messageOf } from '../api/problem';
import type { IOrchestrator } from '../tokens';
import { NotebookActions } from './actions';
import { askAndSend } from './dialog';
import { type IKnownJob, NotebookDraft } from './draft';

/** What the flows need of JupyterLab. */
export interface ISurroundings {
  contents: Contents.IManager;
  kernelspecs: KernelSpec.IManager;
}

/** The ways from a notebook to a run or a schedule. */
export class NotebookFlows {
  constructor(
    private readonly _orch: IOrchestrator,
    private readonly _lab: ISurroundings
  ) {
    this.actions = new NotebookActions(_orch.client, _orch.watch);
  }

  readonly actions: NotebookActions;

  /** A notebook's path as the server knows it, without the name of a drive. */
  pathOf(path: string): string {
    return this._lab.contents.localPath(path);
  }

  /** Run a notebook in the background; asks for parameters only when it has some. */
  async run(path: string): Promise<void> {
    const { trans, open } = this._orch;
    const draft = await this._draft(path, null);
    if (!draft) {
      return;
    }
    const send = async (): Promise<string> => this.actions.run(draft.runParams);
    const labels = { title: trans.__('Run %1 in the background', draft.name), accept: trans.__('Run'), scheduled: false };
    try {
      const runId = draft.form.parameters.length === 0 ? await send() : await askAndSend(this._orch, draft, this._kernels(), labels, send);
      if (runId) {
        open.run(runId);
      }
    } catch (reason) {
      open.tell(messageOf(reason), 'error');
    }
  }

  /** Let a notebook run by a schedule, or change the job that does. */
  async schedule(path: string, known: IKnownJob | null = null): Promise<void> {
    const { trans, open } = this._orch;
    const draft = await this._draft(path, known);
    if (!draft) {
      return;
    }
    const title = known ? trans.__('Change the job “%1”', known.name) : trans.__('Schedule %1', draft.name);
    const labels = { title, accept: known ? trans.__('Save') : trans.__('Schedule'), scheduled: true };
    const saved = await askAndSend(this._orch, draft, this._kernels(), labels, async () => {
      await this.actions.save(draft.job);
      return true;
    });
    if (saved) {
      await this._orch.workspace.refetch().catch(() => undefined);
      open.tell(trans.__('“%1” is scheduled.', draft.name), 'success');
    }
  }

  /** Ask whether a job shall go, and say what goes with it. */
  async confirmRemoval(name: string): Promise<boolean> {
    const { trans } = this._orch;
    const { button } = await showDialog({
      title: trans.__('Remove the job “%1”?', name),
      body: trans.__('It runs no more by its schedule. The notebook, the runs it has had and their results stay; runs can be deleted under “Runs”.'),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Remove') })]
    });
    return button.accept;
  }

  private async _draft(path: string, known: IKnownJob | null): Promise<NotebookDraft | null> {
    try {
      await this._lab.kernelspecs.ready;
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      return new NotebookDraft(await this.actions.form(this.pathOf(path)), known, zone);
    } catch (reason) {
      this._orch.open.tell(messageOf(reason), 'error');
      return null;
    }
  }

  private _kernels(): Record<string, string> {
    const specs = this._lab.kernelspecs.specs?.kernelspecs ?? {};
    return Object.fromEntries(Object.entries(specs).flatMap(([name, spec]) => (spec ? [[name, spec.display_name]] : [])));
  }
}
