import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { TypedDocumentString } from './gql/graphql';
import { RequestProblem } from './problem';

/** Answer of the health route. */
export interface IHealth {
  /** Version of the server part, e.g. `0.1.0`. */
  version: string;
  /** Version of the API; changes when old panels stop working. */
  api: string | number;
  /** `starting`, `ready`, `failed` or `stopping`. */
  status: string;
  /** Why it failed. */
  error?: string;
  /** The loops of the daemon in this server; nothing while it starts. */
  daemon?: Record<string, { heartbeat?: number | null; healthy: boolean }>;
}

/** Requests to the server extension, always below the base URL and with Jupyter's own authentication. */
export class OrchClient {
  constructor(readonly settings: ServerConnection.ISettings) {}

  /**
   * Send one query or mutation.
   *
   * @returns the `data` of the answer.
   * @throws RequestProblem when there is no answer, or the answer holds errors.
   */
  async send<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
    const response = await this._request('graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: document.toString(), variables })
    });
    const answer = (await Private.json(response)) as Private.IAnswer<R>;
    if (answer.errors?.length || !answer.data) {
      const lines = (answer.errors ?? []).map(error => error.message);
      throw new RequestProblem('server', lines.join('\n') || 'The server sent an answer without data.');
    }
    return answer.data;
  }

  /** Ask the server part for its version and state. */
  async health(): Promise<IHealth> {
    return (await Private.json(await this._request('api/v1/health'))) as IHealth;
  }

  /**
   * The executed notebook of a step as nbformat JSON.
   *
   * @throws RequestProblem of kind `missing` while there is none.
   */
  async executedNotebook(runId: string, stepKey: string): Promise<unknown> {
    return Private.json(await this._request(this._below('api/v1/runs', runId, 'notebooks', stepKey)));
  }

  /**
   * A part of what a step wrote.
   *
   * @param from - the first byte; a negative number counts from the end.
   * @returns the bytes, and where they begin.
   * @throws RequestProblem of kind `missing` while nothing was written.
   */
  async outputFrom(runId: string, stepKey: string, stream: 'stdout' | 'stderr', from: number): Promise<{ start: number; bytes: Uint8Array }> {
    const headers = { Range: from < 0 ? `bytes=${from}` : `bytes=${from}-` };
    const response = await this._request(this._below('api/v1/runs', runId, 'logs', stepKey, stream), { headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { start: Number(/^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? 0), bytes };
  }

  /**
   * Address of the executed notebook, for a download.
   *
   * @param format - ending of the file: `ipynb`, or another one that the run has written.
   */
  notebookUrl(runId: string, stepKey: string, format = 'ipynb'): string {
    const path = this._below('api/v1/runs', runId, 'notebooks', stepKey);
    return `${URLExt.join(this.settings.baseUrl, 'orch', path)}?format=${encodeURIComponent(format)}`;
  }

  /** Address for downloading what a step wrote to stdout or stderr. */
  outputUrl(runId: string, stepKey: string, stream: 'stdout' | 'stderr'): string {
    return URLExt.join(this.settings.baseUrl, 'orch', this._below('api/v1/runs', runId, 'logs', stepKey, stream));
  }

  /** Address of the websocket, with the token when Jupyter's own sockets carry one. */
  get socketUrl(): string {
    const url = URLExt.join(this.settings.wsUrl, 'orch/graphql/ws');
    const { token, appendToken } = this.settings;
    return appendToken && token !== '' ? `${url}?token=${encodeURIComponent(token)}` : url;
  }

  private _below(...parts: string[]): string {
    const [route, ...names] = parts;
    return [route, ...names.map(encodeURIComponent)].join('/');
  }

  private async _request(path: string, init: RequestInit = {}): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, 'orch', path);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch (reason) {
      throw new RequestProblem('offline', `The server does not answer (${String(reason)}).`);
    }
    if (!response.ok) {
      throw await Private.refusal(response);
    }
    return response;
  }
}

namespace Private {
  export interface IAnswer<R> {
    data?: R | null;
    errors?: { message: string }[];
  }

  export async function json(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch {
      throw new RequestProblem('server', `The answer of ${new URL(response.url || 'http://server/').pathname} is not JSON.`);
    }
  }

  export async function refusal(response: Response): Promise<RequestProblem> {
    const said = await saidBy(response);
    switch (response.status) {
      case 401:
      case 403:
        return new RequestProblem('forbidden', said || 'You may not do this on this server.');
      case 404:
        return new RequestProblem('missing', said || 'The server does not know this address.');
      case 502:
      case 503:
      case 504:
        return new RequestProblem('offline', `The server does not answer (status ${response.status}).`);
      default:
        return new RequestProblem('server', said || `The server answered with status ${response.status}.`);
    }
  }

  /** What the server says itself: GraphQL errors, problem+json, or Jupyter's own error form. */
  async function saidBy(response: Response): Promise<string> {
    try {
      const body = (await response.json()) as { title?: unknown; message?: unknown; errors?: { message: string }[] };
      const errors = body.errors?.map(error => error.message).join('\n');
      return errors || [body.title, body.message].find(text => typeof text === 'string') || '';
    } catch {
      return '';
    }
  }
}
