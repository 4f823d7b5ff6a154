/** Which schedule or sensor. */
export interface IInstigatorAddress {
  kind: 'schedule' | 'sensor';
  location: string;
  repository: string;
  name: string;
}

/** The address of a schedule or sensor as the API sends it. */
export function addressOf(kind: IInstigatorAddress['kind'], one: { name: string; repositoryName: string; repositoryLocationName: string }): IInstigatorAddress {
  return { kind, location: one.repositoryLocationName, repository: one.repositoryName, name: one.name };
}

/** Whether both name the same. */
export function isSame(a: IInstigatorAddress | null, b: IInstigatorAddress): boolean {
  return a !== null && a.kind === b.kind && a.name === b.name && a.location === b.location && a.repository === b.repository;
}
