import { type ReactNode, useEffect, useState } from 'react';

import { useModel, useOrch, useTrans } from './surroundings';
import { clockText } from './time';

/** Grey lines in place of rows, only when the wait is long enough to be seen. */
export function Skeleton({ rows = 3 }: { rows?: number }): JSX.Element | null {
  const trans = useTrans();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), 300);
    return () => window.clearTimeout(timer);
  }, []);
  if (!shown) {
    return null;
  }
  return (
    <div className="jp-orch-Skeleton" role="status" aria-label={trans.__('Loading')}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="jp-orch-Skeleton-row" style={{ width: `${88 - ((i * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

/** A calm word where there is nothing. */
export function Empty({ children }: { children: ReactNode }): JSX.Element {
  return <div className="jp-orch-Empty">{children}</div>;
}

/** A request that failed, in place of what it would have brought. */
export function Problem({ message, children }: { message: string; children?: ReactNode }): JSX.Element {
  return (
    <div className="jp-orch-Problem" role="alert">
      <div className="jp-orch-pre">{message}</div>
      {children}
    </div>
  );
}

/** Says that what is shown is old, and how old. */
export function OfflineBanner(): JSX.Element | null {
  const { live, trans } = useOrch();
  useModel(live);
  if (live.status !== 'offline') {
    return null;
  }
  const last = live.lastHeard;
  return (
    <div className="jp-orch-Banner" role="alert">
      {last
        ? trans.__('Offline – last update %1, reconnecting', clockText(last.getTime() / 1000))
        : trans.__('Offline – the server cannot be reached, reconnecting')}
    </div>
  );
}
