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
  keepFailuresOnly: boolean;
  formats: readonly string[];
  output: string;
  tags: Record<string, string>;
  mailTo: readonly string[];
  isPinned: boolean;
}

/** Which notebook a job executes: as it was last saved, always as it is now, or as it was pinned before. */
export type NotebookVersion = 'saved' | 'now' | 'pinned';

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
    this.keepFailuresOnly = known?.keepFailuresOnly ?? false;
    this.formats = known?.formats ?? [];
    this.output = known?.output ?? '';
    this.mailTo = (known?.mailTo ?? []).join(', ');
    this.which = known?.isPinned ? 'pinned' : 'saved';
    const { [MAX_RETRIES]: retries = '', [MAX_RUNTIME]: seconds = '', ...tags } = known?.tags ?? {};
    this.retries = retries;
    this.minutes = seconds === '' ? '' : String(Number(seconds) / 60);
    this.tags = Object.entries(tags)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n');
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
  /** Keep only results of runs that failed or were canceled. */
  keepFailuresOnly: boolean;
  /** Formats in which results are written besides. */
  formats: readonly string[];
  /** Where copies of the results go; empty: nowhere. */
  output: string;
  /** Who is mailed when it fails, recovers or is late: addresses with commas, spaces or lines between them. */
  mailTo: string;
  which: NotebookVersion;
  /** A line `key=value` for each tag. */
  tags: string;
  /** How often a failed run is tried again, as text. */
  retries: string;
  /** Minutes after which a run is given up, as text. */
  minutes: string;
  /** Why the server refused, or an empty string. */
  refusal = '';

  /** Change fields and draw again. */
  change(fields: Partial<Pick<NotebookDraft, Private.Field>>): void {
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

  /** The addresses that are mailed. */
  get addresses(): string[] {
    return [...new Set(this.mailTo.split(/[\s,;]+/).filter(one => one !== ''))];
  }

  /** Those of the addresses that can not be one; the server looks more closely. */
  get wrongAddresses(): string[] {
    return this.addresses.filter(one => !/^[^@<>"()]+@[^@<>"()]+$/.test(one));
  }

  /** Whether everything can be sent. */
  get isRight(): boolean {
    return this.form.parameters.every(parameter => this.problemOf(parameter) === '') && this.wrongAddresses.length === 0;
  }

  get runParams(): RunNotebookParams {
    return this._asked;
  }

  get job(): NotebookJobInput {
    return {
      ...this._asked,
      jobId: this.known?.jobId ?? null,
      name: this.name,
      cronSchedule: cronOf(this.when),
      executionTimezone: this.zone,
      keep: this.keep.trim() === '' ? null : Number(this.keep),
      keepFailuresOnly: this.keepFailuresOnly,
      mailTo: this.addresses,
      pin: { saved: false, now: true, pinned: null }[this.which]
    };
  }

  /** What a run now and a job are told alike. */
  private get _asked(): Private.Asked {
    return {
      path: this.form.path,
      parameters: this._values,
      kernelName: this.kernelName || null,
      formats: [...this.formats],
      output: this.output.trim(),
      tags: this._tags
    };
  }

  private get _tags(): Record<string, string> {
    const told = this.tags
      .split('\n')
      .filter(line => line.trim() !== '')
      .map(line => {
        const [key, ...value] = line.split('=');
        return [key.trim(), value.join('=').trim()];
      });
    return {
      ...Object.fromEntries(told),
      ...(this.retries.trim() && { [MAX_RETRIES]: this.retries.trim() }),
      ...(this.minutes.trim() && { [MAX_RUNTIME]: String(Number(this.minutes) * 60) })
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

const MAX_RETRIES = 'dagster/max_retries';
const MAX_RUNTIME = 'dagster/max_runtime';

namespace Private {
  export type Field = 'name' | 'kernelName' | 'when' | 'zone' | 'keep' | 'keepFailuresOnly' | 'formats' | 'output' | 'mailTo' | 'which' | 'tags' | 'retries' | 'minutes' | 'refusal';

  export type Asked = Required<Pick<RunNotebookParams, 'path' | 'parameters' | 'kernelName' | 'formats' | 'output' | 'tags'>>;

  export function nameOf(path: string): string {
    return (path.split('/').pop() ?? path).replace(/\.ipynb$/, '');
  }

  export function defaultOf({ hasDefault, default: value }: NotebookParameter): unknown {
    return hasDefault ? (value ?? null) : undefined;
  }
}
