import type { Contents, ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import type { OrchClient } from './client';
import { RequestProblem } from './problem';

/** Name of the drive, the part before the colon in its paths. */
export const DRIVE_NAME = 'orch-run';

/** Path on the drive of a step's executed notebook. */
export function notebookPath(runId: string, stepKey: string): string {
  return `${DRIVE_NAME}:${encodeURIComponent(runId)}/${encodeURIComponent(stepKey)}.ipynb`;
}

/** Read-only contents drive: `<run id>/<step key>.ipynb` is what papermill left of that step. */
export class ExecutedNotebookDrive implements Contents.IDrive {
  constructor(private readonly _client: OrchClient) {}

  readonly name = DRIVE_NAME;

  get serverSettings(): ServerConnection.ISettings {
    return this._client.settings;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** @throws RequestProblem when the path names no executed notebook. */
  async get(localPath: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    if (localPath === '') {
      return Private.folder('');
    }
    const { runId, stepKey } = Private.split(localPath);
    if (stepKey === '') {
      return Private.folder(localPath);
    }
    const content = joinLines(await this._client.executedNotebook(runId, stepKey));
    return { ...Private.file(localPath), content: options?.content === false ? null : content };
  }

  async getDownloadUrl(localPath: string): Promise<string> {
    const { runId, stepKey } = Private.split(localPath);
    return this._client.notebookUrl(runId, stepKey);
  }

  newUntitled(): Promise<Contents.IModel> {
    return Private.refuse();
  }

  delete(): Promise<void> {
    return Private.refuse();
  }

  rename(): Promise<Contents.IModel> {
    return Private.refuse();
  }

  save(): Promise<Contents.IModel> {
    return Private.refuse();
  }

  copy(): Promise<Contents.IModel> {
    return Private.refuse();
  }

  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return Private.refuse();
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return Private.refuse();
  }

  deleteCheckpoint(): Promise<void> {
    return Private.refuse();
  }

  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  private _isDisposed = false;
}

/**
 * A notebook as it lies in a file keeps texts as lists of lines; one that Lab gets must have them whole, as Jupyter's own
 * contents service sends them.
 */
export function joinLines(notebook: unknown): unknown {
  if (!Private.isObject(notebook) || !Array.isArray(notebook.cells)) {
    return notebook;
  }
  return { ...notebook, cells: notebook.cells.map(Private.joinCell) };
}

namespace Private {
  type Json = Record<string, unknown>;

  export function isObject(value: unknown): value is Json {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  export function joinCell(cell: unknown): unknown {
    if (!isObject(cell)) {
      return cell;
    }
    const joined: Json = { ...cell, source: join(cell.source) };
    if (Array.isArray(cell.outputs)) {
      joined.outputs = cell.outputs.map(joinOutput);
    }
    if (isObject(cell.attachments)) {
      joined.attachments = Object.fromEntries(Object.entries(cell.attachments).map(([name, data]) => [name, joinData(data)]));
    }
    return joined;
  }

  function joinOutput(output: unknown): unknown {
    if (!isObject(output)) {
      return output;
    }
    const joined = { ...output };
    if ('text' in output) {
      joined.text = join(output.text);
    }
    if ('data' in output) {
      joined.data = joinData(output.data);
    }
    return joined;
  }

  /** JSON stays what it is: there a list means a list. */
  function joinData(data: unknown): unknown {
    if (!isObject(data)) {
      return data;
    }
    return Object.fromEntries(Object.entries(data).map(([mime, value]) => [mime, /[/+]json$/.test(mime) ? value : join(value)]));
  }

  function join(text: unknown): unknown {
    return Array.isArray(text) && text.every(line => typeof line === 'string') ? text.join('') : text;
  }

  /** An executed notebook never changes, and when it was made is told by its run. */
  const LONG_AGO = new Date(0).toISOString();

  export function split(localPath: string): { runId: string; stepKey: string } {
    const [runId, file = ''] = localPath.split('/');
    return { runId: decodeURIComponent(runId), stepKey: decodeURIComponent(file.replace(/\.ipynb$/, '')) };
  }

  export function file(path: string): Contents.IModel {
    return {
      name: path.split('/').pop() ?? path,
      path,
      type: 'notebook',
      format: 'json',
      mimetype: 'application/x-ipynb+json',
      writable: false,
      created: LONG_AGO,
      last_modified: LONG_AGO,
      content: null
    };
  }

  export function folder(path: string): Contents.IModel {
    return { ...file(path), type: 'directory', mimetype: '', content: [] };
  }

  export function refuse(): Promise<never> {
    return Promise.reject(new RequestProblem('forbidden', 'Executed notebooks are read-only; save a copy elsewhere to change one.'));
  }
}
