import type { ConfigText } from '../../models/config_edit';
import type { IConfigProblem } from '../../models/config_places';

/** What the parts of the form share. */
export interface IFormContext {
  config: ConfigText;
  problems: readonly IConfigProblem[];
  /** Write a value at a path; undefined takes away what stands there. */
  write: (path: readonly string[], value: unknown) => void;
}

/** Mistakes that belong to a path itself. */
export function problemsAt({ problems }: IFormContext, path: readonly string[]): IConfigProblem[] {
  const key = path.join('\n');
  return problems.filter(one => one.path.join('\n') === key);
}
