import type { ReactNode } from 'react';

import type { IFailure } from '../models/history';
import { useTrans } from './surroundings';
import { visible } from './text';

/** An exception: first line, place, hint, and the traceback behind a fold. */
export function FailureCard({ failure, title, children }: { failure: IFailure; title: string; children?: ReactNode }): JSX.Element {
  const trans = useTrans();
  const [first, ...rest] = failure.message.split('\n');
  const more = [...rest, ...failure.stack.flatMap(line => line.replace(/\n$/, '').split('\n'))].join('\n').trim();
  return (
    <section className="jp-orch-Failure" aria-label={title}>
      <div className="jp-orch-Failure-title">{title}</div>
      <div className="jp-orch-Failure-first">
        {failure.className && <strong>{visible(failure.className)}: </strong>}
        {visible(first)}
      </div>
      {failure.file && (
        <div className="jp-orch-Failure-place">
          {visible(failure.line === null ? failure.file : `${failure.file}:${failure.line}`)}
          {failure.code && <code>{visible(failure.code.trim())}</code>}
        </div>
      )}
      {failure.hint && <div className="jp-orch-Failure-hint">{visible(failure.hint)}</div>}
      {children}
      {more && (
        <details>
          <summary>{trans.__('Traceback')}</summary>
          <pre role="region" tabIndex={0} aria-label={trans.__('Traceback')}>
            {more}
          </pre>
        </details>
      )}
      {failure.cause && (
        <details>
          <summary>{trans.__('Caused by %1', visible(failure.cause.className || failure.cause.message))}</summary>
          <FailureCard failure={failure.cause} title={trans.__('Cause')} />
        </details>
      )}
    </section>
  );
}
