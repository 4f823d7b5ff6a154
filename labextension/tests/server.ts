import { ServerConnection } from '@jupyterlab/services';
import { execute, parse, subscribe, validate } from 'graphql';

import { shippedSchema } from './schema';

type Resolver = (args: never) => unknown;

/** What the server in the tests knows: root fields of the schema by name. */
export type Answers = Record<string, Resolver>;

const SCHEMA = shippedSchema();

/** A server in memory that executes the shipped schema: a document or an answer that does not fit it fails the test. */
export class MemoryServer {
  constructor(readonly answers: Answers = {}) {}

  /** False: nothing answers, neither requests nor the socket. */
  up = true;
  /** False: the socket is refused, requests are answered. */
  socketUp = true;
  health: Record<string, unknown> | null = { version: '0.1.0', api: 1, status: 'ready', daemon: { scheduler: { heartbeat: 4e9, healthy: true } } };
  readonly requests: { url: string; operation: string; variables: Record<string, unknown> }[] = [];
  readonly subscriptions: { operation: string; variables: Record<string, unknown> }[] = [];
  readonly sockets: MemorySocket[] = [];
  /** Bodies of other routes by the part after `orch/`. */
  readonly files: Record<string, unknown> = {};

  settings(baseUrl = 'http://hub.test/user/a/proxy/x/'): ServerConnection.ISettings {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the socket class is made for this very server
    const server = this;
    return ServerConnection.makeSettings({
      baseUrl,
      wsUrl: baseUrl.replace('http', 'ws'),
      token: 'secret',
      appendToken: true,
      fetch: ((input: Request) => this.fetch(input)) as ServerConnection.ISettings['fetch'],
      WebSocket: class extends MemorySocket {
        constructor(url: string) {
          super(url, server);
        }
      } as unknown as typeof WebSocket
    });
  }

  /** Close every socket as a dying server does. */
  cut(): void {
    this.sockets.splice(0).forEach(socket => socket.fall());
  }

  count(operation: string): number {
    return this.requests.filter(request => request.operation === operation).length;
  }

  private async fetch(request: Request): Promise<Response> {
    if (!this.up) {
      throw new TypeError('connection refused');
    }
    const path = new URL(request.url).pathname.split('/orch/')[1];
    if (path === 'graphql') {
      if (request.headers.get('Content-Type') !== 'application/json') {
        return Response.json({ status: 415, title: 'send application/json' }, { status: 415 });
      }
      const { query, variables } = (await request.json()) as { query: string; variables: Record<string, unknown> };
      const document = parse(query);
      const operation = document.definitions.flatMap(one => (one.kind === 'OperationDefinition' ? [one.name?.value ?? ''] : []))[0];
      this.requests.push({ url: request.url, operation, variables });
      const errors = validate(SCHEMA, document);
      if (errors.length > 0) {
        throw errors[0];
      }
      const result = await execute({ schema: SCHEMA, document, variableValues: variables, rootValue: this.answers });
      return Response.json(JSON.parse(JSON.stringify(result)));
    }
    this.requests.push({ url: request.url, operation: path, variables: {} });
    const held = this.files[path];
    if (ArrayBuffer.isView(held)) {
      return partOf(held as Uint8Array<ArrayBuffer>, request.headers.get('Range') ?? '');
    }
    const body = path === 'api/v1/health' ? this.health : this.files[path];
    return body === undefined || body === null ? Response.json({ message: 'there is no such route' }, { status: 404 }) : Response.json(body);
  }
}

/** A range of a file as the server's log route gives it. */
function partOf(bytes: Uint8Array<ArrayBuffer>, range: string): Response {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const start = first ? Number(first) : Math.max(0, bytes.length - Number(last));
  const headers = { 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  return start < bytes.length
    ? new Response(bytes.slice(start), { status: 206, headers })
    : Response.json({ message: 'there is no such part' }, { status: 416 });
}

/** The browser's end of a websocket whose other end speaks `graphql-transport-ws` in the same process. */
export class MemorySocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = 0;
  readonly protocol = 'graphql-transport-ws';
  onopen: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor(
    readonly url: string,
    private readonly _server: MemoryServer
  ) {
    super();
    setTimeout(() => {
      if (!_server.up || !_server.socketUp) {
        this.onerror?.(new Event('error'));
        this.fall();
        return;
      }
      _server.sockets.push(this);
      this.readyState = 1;
      this.onopen?.({});
    });
  }

  send(raw: string): void {
    const message = JSON.parse(raw) as { type: string; id: string; payload: { query: string; variables: Record<string, unknown> } };
    if (message.type === 'connection_init') {
      this._tell({ type: 'connection_ack' });
    } else if (message.type === 'ping') {
      this._tell({ type: 'pong' });
    } else if (message.type === 'subscribe') {
      void this._serve(message.id, message.payload);
    }
  }

  close(code = 1000): void {
    this.fall(code);
  }

  fall(code = 1006): void {
    if (this.readyState !== 3) {
      this.readyState = 3;
      this.onclose?.({ code, reason: '', wasClean: code === 1000 });
    }
  }

  private async _serve(id: string, { query, variables }: { query: string; variables: Record<string, unknown> }): Promise<void> {
    const document = parse(query);
    const operation = document.definitions.flatMap(one => (one.kind === 'OperationDefinition' ? [one.name?.value ?? ''] : []))[0];
    this._server.subscriptions.push({ operation, variables });
    const stream = await subscribe({ schema: SCHEMA, document, variableValues: variables, rootValue: this._server.answers });
    if (!(Symbol.asyncIterator in stream)) {
      this._tell({ id, type: 'error', payload: (stream.errors ?? []).map(one => ({ message: one.message })) });
      return;
    }
    for await (const result of stream) {
      this._tell({ id, type: 'next', payload: result });
    }
    this._tell({ id, type: 'complete' });
  }

  private _tell(message: unknown): void {
    if (this.readyState === 1) {
      this.onmessage?.({ data: JSON.stringify(message) });
    }
  }
}

/** A stream that a test feeds by hand. */
export class Tap<T> implements AsyncIterable<T> {
  push(value: T): void {
    this._values.push(value);
    this._wake?.();
  }

  end(): void {
    this._ended = true;
    this._wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (let at = 0; ; ) {
      if (at < this._values.length) {
        yield this._values[at++];
      } else if (this._ended) {
        return;
      } else {
        await new Promise<void>(resolve => (this._wake = resolve));
      }
    }
  }

  private readonly _values: T[] = [];
  private _ended = false;
  private _wake: (() => void) | null = null;
}
