import type { ReactNode } from 'react';

/** A row of facts. */
export function Facts({ children }: { children: ReactNode }): JSX.Element {
  return <dl className="jp-orch-Facts">{children}</dl>;
}

/** One fact with its name. */
export function Fact({ name, children }: { name: string; children: ReactNode }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
