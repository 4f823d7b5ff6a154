/** What can go wrong between the panel and the server. */
export type ProblemKind = 'offline' | 'missing' | 'forbidden' | 'server';

/** A request that got no usable answer; `message` is ready to be shown. */
export class RequestProblem extends Error {
  /**
   * @param kind - `offline`: no answer at all; `missing`: the route or thing is not there; `forbidden`: the caller may not;
   *   `server`: the server answered with an error.
   * @param message - one sentence for the user.
   */
  constructor(
    readonly kind: ProblemKind,
    message: string
  ) {
    super(message);
    this.name = 'RequestProblem';
  }
}

/** The text of anything that was thrown. */
export function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
