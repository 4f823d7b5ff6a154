import type { NotebookJobInput, RunNotebookParams } from '../api/gql/graphql';
import { ChangingModel } from '../changing';
import { textOf, valueOf, type NotebookForm, type NotebookParameter } from './values';
import { cronOf, EVERY_DAY, type IWhen } from './when';

/** A job as the server has it, for a change. */
export interface IKnownJob {
  jobId: string;
  name: string;
  kernelName: string | null;
  parameters: Record<string, unknown>;
  when: IWhen;
  zone: string;
  keep: number | null;
}

/** How many results are kept unless somebody says otherwise. */
export const KEEP = 20;

/** What is being filled in to run or schedule a notebook. */
export class NotebookDraft extends ChangingModel {
  /**
   * @param form - what the notebook lets itself be told.
   * @param known - the job that is changed, or null for a new one.
   * @param zone - the time zone that a new job begins with.
   */
  constructor(
    readonly form: NotebookForm,
    readonly known: IKnownJob | null,
    zone: string
  ) {
    super();
    this.name = known?.name ?? Private.nameOf(form.path);
    this.kernelName = known?.kernelName ?? '';
    this.when = known?.when ?? EVERY_DAY;
    this.zone = known?.zone ?? zone;
    this.keep = known ? String(known.keep ?? '') : String(KEEP);
    form.parameters.forEach(parameter => {
      const told = known && parameter.name in known.parameters;
      this._texts.set(parameter.name, textOf(told ? known.parameters[parameter.name] : Private.defaultOf(parameter), parameter.kind));
      if (told) {
        this._told.add(parameter.name);
      }
    });
  }

  name: string;
  /** Empty: the notebook's own. */
  kernelName: string;
  when: IWhen;
  zone: string;
  /** How many results are kept, as text; empty keeps all. */
  keep: string;
  /** Why the server refused, or an empty string. */
  refusal = '';

  /** Change fields and draw again. */
  change(fields: Partial<Pick<NotebookDraft, 'name' | 'kernelName' | 'when' | 'zone' | 'keep' | 'refusal'>>): void {
    Object.assign(this, fields);
    this.notify();
  }

  textOf(name: string): string {
    return this._texts.get(name) ?? '';
  }

  /** Whether the notebook will be told this value, instead of using its own. */
  isTold(name: string): boolean {
    return this._told.has(name);
  }

  /** Tell the notebook a value. */
  tell(name: string, text: string): void {
    this._texts.set(name, text);
    this._told.add(name);
    this.notify();
  }

  /** Let the notebook use its own value. */
  untell(parameter: NotebookParameter): void {
    this._told.delete(parameter.name);
    this._texts.set(parameter.name, textOf(Private.defaultOf(parameter), parameter.kind));
    this.notify();
  }

  /** What is wrong with a told value: what it should be. */
  problemOf({ name, kind }: NotebookParameter): 'integer' | 'number' | 'json' | '' {
    if (!this.isTold(name)) {
      return '';
    }
    const found = valueOf(this.textOf(name), kind);
    return 'problem' in found ? found.problem : '';
  }

  /** Whether everything can be sent. */
  get isRight(): boolean {
    return this.form.parameters.every(parameter => this.problemOf(parameter) === '');
  }

  get runParams(): RunNotebookParams {
    return { path: this.form.path, parameters: this._values, kernelName: this.kernelName || null };
  }

  get job(): NotebookJobInput {
    return {
      jobId: this.known?.jobId ?? null,
      name: this.name,
      path: this.form.path,
      parameters: this._values,
      kernelName: this.kernelName || null,
      cronSchedule: cronOf(this.when),
      executionTimezone: this.zone,
      keep: this.keep.trim() === '' ? null : Number(this.keep)
    };
  }

  private get _values(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    this.form.parameters.forEach(({ name, kind }) => {
      const found = valueOf(this.textOf(name), kind);
      if (this.isTold(name) && 'value' in found) {
        values[name] = found.value;
      }
    });
    return values;
  }

  private readonly _texts = new Map<string, string>();
  private readonly _told = new Set<string>();
}

namespace Private {
  export function nameOf(path: string): string {
    return (path.split('/').pop() ?? path).replace(/\.ipynb$/, '');
  }

  export function defaultOf({ hasDefault, default: value }: NotebookParameter): unknown {
    return hasDefault ? (value ?? null) : undefined;
  }
}
