import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { type Client, createClient } from 'graphql-ws';

import { ChangingModel } from '../changing';
import type { OrchClient } from './client';
import type { TypedDocumentString } from './gql/graphql';
import { messageOf, RequestProblem } from './problem';

/** How fresh the panel is: pushed by the socket, asked for every two seconds, or cut off. */
export type LiveStatus = 'connecting' | 'live' | 'polling' | 'offline';

/** Something on the screen that wants to stay current. */
export interface IFeed<R = never> {
  /** The subscription. */
  readonly document: TypedDocumentString<R, never>;
  /** Its variables at this moment; a cursor in them makes a reconnect loss-free. */
  variables(): Record<string, unknown>;
  /** Take one message. */
  receive(payload: R): void;
  /** Ask for everything new by a plain request; rejects with a `RequestProblem`. */
  refetch(): Promise<void>;
}

/** Waiting times in milliseconds; tests shorten them. */
export interface ILiveTimes {
  poll: number;
  offlinePoll: number;
  firstRetry: number;
  lastRetry: number;
  ping: number;
}

/** The server allows twenty on one socket; what does not fit is polled. */
const MOST_STREAMS = 16;

const TIMES: ILiveTimes = { poll: 2000, offlinePoll: 3000, firstRetry: 500, lastRetry: 15000, ping: 10000 };

/**
 * The one socket of the panel. While it stands every feed is subscribed; when it falls the feeds are refetched every two
 * seconds until it stands again, and nothing is lost because each feed keeps its own cursor.
 */
export class LiveConnection extends ChangingModel {
  constructor(
    private readonly _client: OrchClient,
    times: Partial<ILiveTimes> = {}
  ) {
    super();
    this._times = { ...TIMES, ...times };
    this._wake = () => this._onVisible();
  }

  get status(): LiveStatus {
    return this._status;
  }

  /** When the server was last heard, or null before the first answer. */
  get lastHeard(): Date | null {
    return this._lastHeard;
  }

  /** Milliseconds between two questions while the socket is down. */
  setPollInterval(pause: number): void {
    this._times.poll = pause;
  }

  /** Open the socket and keep it open until disposed. */
  start(): void {
    if (this._started || this.isDisposed) {
      return;
    }
    this._started = true;
    document.addEventListener('visibilitychange', this._wake);
    window.addEventListener('online', this._wake);
    this._open();
  }

  /** Keep a feed current until the returned handle is disposed. */
  attach<R>(feed: IFeed<R>): IDisposable {
    const line: Private.ILine = { feed: feed as unknown as IFeed, streaming: false, ended: false, stop: null };
    this._lines.add(line);
    if (this._started) {
      void this._catchUp(line);
    }
    return new DisposableDelegate(() => {
      this._lines.delete(line);
      line.stop?.();
    });
  }

  /** Refetch every feed now, whatever the connection. */
  async refresh(): Promise<void> {
    await this._refetch([...this._lines]);
  }

  /** A request outside the feeds was answered or not; the status follows what it met. */
  heard(problem?: unknown): void {
    if (problem instanceof RequestProblem && problem.kind === 'offline') {
      if (this._status !== 'live') {
        this._setStatus('offline');
      }
      return;
    }
    this._lastHeard = new Date();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    super.dispose();
    document.removeEventListener('visibilitychange', this._wake);
    window.removeEventListener('online', this._wake);
    window.clearTimeout(this._retryTimer);
    window.clearTimeout(this._pollTimer);
    window.clearTimeout(this._pongTimer);
    this._lines.forEach(line => line.stop?.());
    this._lines.clear();
    Private.drop(this._socket);
  }

  private _open(): void {
    window.clearTimeout(this._retryTimer);
    let wire: WebSocket | null = null;
    const socket: Client = createClient({
      url: this._client.socketUrl,
      webSocketImpl: this._client.settings.WebSocket,
      lazy: false,
      retryAttempts: 0,
      keepAlive: this._times.ping,
      onNonLazyError: () => undefined,
      on: {
        opened: opened => {
          wire = opened as WebSocket;
        },
        connected: () => this._onConnected(socket),
        closed: () => this._onClosed(socket),
        error: () => this._onClosed(socket),
        message: () => this.heard(),
        ping: received => {
          if (!received) {
            window.clearTimeout(this._pongTimer);
            this._pongTimer = window.setTimeout(() => wire?.close(4408, 'No answer to a ping'), this._times.ping / 2);
          }
        },
        pong: received => {
          if (received) {
            window.clearTimeout(this._pongTimer);
          }
        }
      }
    });
    this._socket = socket;
  }

  private _onConnected(socket: Client): void {
    if (socket !== this._socket || this.isDisposed) {
      return;
    }
    this._attempt = 0;
    window.clearTimeout(this._pollTimer);
    this._connected = true;
    this.heard();
    this._setStatus('live');
    this._lines.forEach(line => void this._catchUp(line));
    this._schedulePoll();
  }

  private _onClosed(socket: Client): void {
    if (socket !== this._socket || this.isDisposed) {
      return;
    }
    this._socket = null;
    this._connected = false;
    window.clearTimeout(this._pongTimer);
    this._lines.forEach(line => {
      line.stop = null;
      line.streaming = false;
      line.ended = false;
    });
    Private.drop(socket);
    const pause = Math.min(this._times.firstRetry * 2 ** this._attempt, this._times.lastRetry);
    this._attempt += 1;
    this._retryTimer = window.setTimeout(() => this._open(), pause * (0.75 + Math.random() / 2));
    void this._poll();
  }

  private async _catchUp(line: Private.ILine): Promise<void> {
    await this._refetch([line]);
    this._subscribe(line);
  }

  private _subscribe(line: Private.ILine): void {
    const socket = this._socket;
    const streams = [...this._lines].filter(other => other.streaming).length;
    if (!socket || !this._connected || line.streaming || line.ended || !this._lines.has(line) || streams >= MOST_STREAMS) {
      return;
    }
    line.streaming = true;
    line.stop = socket.subscribe(
      { query: line.feed.document.toString(), variables: line.feed.variables() },
      {
        next: message => {
          if (message.data && this._lines.has(line)) {
            line.feed.receive(message.data as never);
          }
        },
        error: () => {
          line.streaming = false;
        },
        complete: () => {
          line.streaming = false;
          line.ended = this._connected && socket === this._socket;
          if (line.ended) {
            void this._refetch([line]);
          }
        }
      }
    );
  }

  /** Refetch what no stream brings: everything while the socket is down, else only refused subscriptions. */
  private async _poll(): Promise<void> {
    window.clearTimeout(this._pollTimer);
    if (this.isDisposed) {
      return;
    }
    if (!document.hidden) {
      const waiting = [...this._lines].filter(line => !line.streaming && !line.ended);
      const reached = await this._refetch(waiting);
      if (!this._connected && !this.isDisposed) {
        this._setStatus(reached ? 'polling' : 'offline');
      }
    }
    this._schedulePoll();
  }

  private _schedulePoll(): void {
    window.clearTimeout(this._pollTimer);
    if (!this.isDisposed) {
      const pause = this._status === 'offline' ? this._times.offlinePoll : this._times.poll;
      this._pollTimer = window.setTimeout(() => void this._poll(), pause);
    }
  }

  /** @returns whether the server was reached by at least one request, or nothing had to be asked. */
  private async _refetch(lines: Private.ILine[]): Promise<boolean> {
    if (lines.length === 0) {
      return this._connected || (await this._reachable());
    }
    const outcomes = await Promise.allSettled(lines.map(line => line.feed.refetch()));
    const reached = outcomes.some(outcome => outcome.status === 'fulfilled' || !Private.isOffline(outcome.reason));
    if (reached) {
      this.heard();
    }
    return reached;
  }

  private async _reachable(): Promise<boolean> {
    try {
      await this._client.health();
    } catch (reason) {
      return !Private.isOffline(reason);
    }
    this.heard();
    return true;
  }

  private _onVisible(): void {
    if (!document.hidden && !this._connected && this._started) {
      this._attempt = 0;
      if (!this._socket) {
        this._open();
      }
      void this._poll();
    }
  }

  private _setStatus(status: LiveStatus): void {
    if (this._status !== status) {
      this._status = status;
      this.notify();
    }
  }

  private readonly _times: ILiveTimes;
  private readonly _wake: () => void;
  private readonly _lines = new Set<Private.ILine>();
  private _status: LiveStatus = 'connecting';
  private _lastHeard: Date | null = null;
  private _socket: Client | null = null;
  private _connected = false;
  private _started = false;
  private _attempt = 0;
  private _retryTimer = 0;
  private _pollTimer = 0;
  private _pongTimer = 0;
}

namespace Private {
  export interface ILine {
    feed: IFeed;
    /** A subscription brings its news. */
    streaming: boolean;
    /** The server has said that nothing more will come. */
    ended: boolean;
    stop: (() => void) | null;
  }

  /** A socket that never opened rejects its end as well; there is nobody left to tell. */
  export function drop(socket: Client | null): void {
    Promise.resolve(socket?.dispose()).catch(() => undefined);
  }

  export function isOffline(reason: unknown): boolean {
    if (!(reason instanceof RequestProblem)) {
      console.warn('jupyter_orch: a feed failed:', messageOf(reason));
      return false;
    }
    return reason.kind === 'offline';
  }
}
