/** Which schedule or sensor. */
export interface IInstigatorAddress {
  kind: 'schedule' | 'sensor';
  location: string;
  repository: string;
  name: string;
}
