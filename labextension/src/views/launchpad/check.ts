import { Debouncer } from '@lumino/polling';

import type { PipelineSelector, PlanQuery } from '../../api/gql/graphql';
import { CONFIG_SCHEMA, PLAN, VALIDATE } from '../../api/operations';
import { messageOf, RequestProblem } from '../../api/problem';
import { ChangingModel } from '../../changing';
import { type IConfigProblem, placeProblems, syntaxProblems } from '../../models/config_places';
import { isSchema, type Schema } from '../../models/config_schema';
import type { IOrchestrator } from '../../tokens';

/** Whether the draft has been looked at by the server. */
export type CheckState = 'pending' | 'valid' | 'invalid' | 'unknown';

/** What is checked. */
export interface ISubject {
  selector: PipelineSelector;
  mode: string;
  yaml: string;
}

/** A step that would run. */
export type PlannedStep = Extract<PlanQuery['executionPlanOrError'], { __typename: 'ExecutionPlan' }>['steps'][number];

const VALIDATE_AFTER = 400;

/** What the server says of a draft: its mistakes, what would run, and what may be written at all. */
export class DraftCheck extends ChangingModel {
  constructor(private readonly _orch: IOrchestrator) {
    super();
    this._validation = new Debouncer(() => this._validate(), VALIDATE_AFTER);
    _orch.live.changed.connect(this._onConnection, this);
  }

  get state(): CheckState {
    return this._state;
  }

  /** Every mistake in the run config. */
  get mistakes(): readonly IConfigProblem[] {
    return this._mistakes;
  }

  /** Mistakes that are not about the run config, e.g. an unknown solid in the selection. */
  get refusal(): string {
    return this._refusal;
  }

  /** The steps that would run; null while the draft is not valid. */
  get plan(): readonly PlannedStep[] | null {
    return this._plan;
  }

  /** JSON Schema of the run config for this mode and selection; null while it is not known. */
  get schema(): Schema | null {
    return this._schema;
  }

  /** The smallest run config that validates. */
  get scaffold(): string {
    return this._scaffold;
  }

  /** Look at another draft, soon. */
  look(subject: ISubject): void {
    this._subject = subject;
    this._mistakes = syntaxProblems(subject.yaml);
    this._state = this._mistakes.length > 0 ? 'invalid' : 'pending';
    this.notify();
    void this._fetchSchema();
    void this._validation.invoke().catch(() => undefined);
  }

  /** Look at the same draft again: the code has changed. */
  again(): void {
    this._schemaOf = '';
    if (this._subject) {
      this.look(this._subject);
    }
  }

  /** Take what a refused launch has said. */
  take(mistakes: readonly IConfigProblem[]): void {
    this._mistakes = mistakes;
    this._state = 'invalid';
    this.notify();
  }

  /** Fetch schema and scaffold unless they are known for this mode and selection. Rejects with a `RequestProblem`. */
  async fetchSchema(): Promise<void> {
    const subject = this._subject;
    if (!subject) {
      return;
    }
    const key = JSON.stringify([subject.selector.solidSelection, subject.mode]);
    if (key === this._schemaOf) {
      return;
    }
    this._schemaOf = key;
    try {
      const { selector, mode } = subject;
      const { runConfigSchemaOrError: answer } = await this._orch.client.send(CONFIG_SCHEMA, { selector, mode });
      if (answer.__typename !== 'RunConfigSchema') {
        throw new RequestProblem('server', answer.message);
      }
      if (key === this._schemaOf) {
        this._schema = isSchema(answer.jsonSchema) ? answer.jsonSchema : null;
        this._scaffold = answer.scaffoldYaml;
        this.notify();
      }
    } catch (reason) {
      this._schemaOf = '';
      throw reason;
    }
  }

  override dispose(): void {
    this._validation.dispose();
    super.dispose();
  }

  /** Without a schema there is no form and no completion; the draft's own check says what is wrong. */
  private async _fetchSchema(): Promise<void> {
    await this.fetchSchema().catch(() => undefined);
  }

  private async _validate(): Promise<void> {
    const subject = this._subject;
    if (!subject || syntaxProblems(subject.yaml).length > 0) {
      return;
    }
    const { selector, mode, yaml } = subject;
    const config = sentYaml(yaml);
    try {
      const { isPipelineConfigValid: answer } = await this._orch.client.send(VALIDATE, { selector, mode, config });
      if (subject !== this._subject) {
        return;
      }
      this._mistakes = answer.__typename === 'RunConfigValidationInvalid' ? placeProblems(yaml, answer.errors) : [];
      this._refusal = 'message' in answer ? answer.message : '';
      this._state = this._mistakes.length > 0 || this._refusal ? 'invalid' : 'valid';
    } catch (reason) {
      if (subject === this._subject) {
        this._state = 'unknown';
        this._refusal = reason instanceof RequestProblem && reason.kind === 'offline' ? '' : messageOf(reason);
      }
    }
    this.notify();
    await this._fetchPlan(subject);
  }

  /** What would run is told only of a draft without mistakes. */
  private async _fetchPlan(subject: ISubject): Promise<void> {
    const { selector, mode, yaml } = subject;
    const asked = this._state === 'valid' ? this._orch.client.send(PLAN, { selector, mode, config: sentYaml(yaml) }) : null;
    const answer = await asked?.catch(() => null);
    if (subject === this._subject) {
      this._plan = answer?.executionPlanOrError.__typename === 'ExecutionPlan' ? answer.executionPlanOrError.steps : null;
      this.notify();
    }
  }

  private _onConnection(): void {
    if (this._state === 'unknown' && this._orch.live.status !== 'offline') {
      void this._validate();
    }
  }

  private readonly _validation: Debouncer;
  private _subject: ISubject | null = null;
  private _state: CheckState = 'pending';
  private _mistakes: readonly IConfigProblem[] = [];
  private _refusal = '';
  private _plan: readonly PlannedStep[] | null = null;
  private _schema: Schema | null = null;
  private _scaffold = '';
  private _schemaOf = '';
}

/** An empty text means an empty run config. */
export function sentYaml(yaml: string): string {
  return yaml.trim() === '' ? '{}' : yaml;
}
