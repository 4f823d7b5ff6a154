import { Debouncer } from '@lumino/polling';
import { UUID } from '@lumino/coreutils';

import type { LaunchpadQuery, PipelineSelector } from '../../api/gql/graphql';
import { LAUNCH, LAUNCHPAD, SCAFFOLD, VALIDATE } from '../../api/operations';
import { messageOf, RequestProblem } from '../../api/problem';
import { ChangingModel } from '../../changing';
import { type IConfigProblem, placeProblems, syntaxProblems } from '../../models/config_places';
import type { IDraft } from '../../models/drafts';
import { addMissing } from '../../models/scaffold';
import type { IPipelineAddress } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';

/** What the launchpad knows of its pipeline. */
export type LaunchpadDetail = Extract<LaunchpadQuery['pipelineOrError'], { __typename: 'Pipeline' }>;

/** Whether the draft has been looked at by the server. */
export type CheckState = 'pending' | 'valid' | 'invalid' | 'unknown';

const VALIDATE_AFTER = 400;

/** A draft of a run, kept over reloads and validated while it is written. */
export class LaunchpadModel extends ChangingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    readonly address: IPipelineAddress
  ) {
    super();
    this._validation = new Debouncer(() => this._validate(), VALIDATE_AFTER);
    _orch.workspace.changed.connect(this._onWorkspace, this);
    _orch.live.changed.connect(this._onConnection, this);
  }

  get detail(): LaunchpadDetail | null {
    return this._detail;
  }

  /** Why the pipeline can not be shown, or an empty string. */
  get problem(): string {
    return this._problem;
  }

  get draft(): IDraft {
    return this._draft;
  }

  get check(): CheckState {
    return this._check;
  }

  /** Every mistake in the run config. */
  get mistakes(): readonly IConfigProblem[] {
    return this._mistakes;
  }

  /** Mistakes that are not about the run config, e.g. an unknown solid in the selection. */
  get refusal(): string {
    return this._refusal;
  }

  /** Why Launch is off, or an empty string. */
  launchRefusal(): string {
    const { trans, live, permissions } = this._orch;
    if (live.status === 'offline') {
      return trans.__('The server cannot be reached.');
    }
    const forbidden = permissions.refusal('launch_pipeline_execution');
    if (forbidden) {
      return forbidden;
    }
    if (this._refusal) {
      return this._refusal;
    }
    if (this._mistakes.length > 0) {
      return trans._n('%1 mistake in the run config', '%1 mistakes in the run config', this._mistakes.length);
    }
    return this._check === 'pending' ? trans.__('The run config is being checked.') : '';
  }

  /** Fetch the pipeline and the kept draft. */
  async load(): Promise<void> {
    const kept = await this._orch.drafts.load(this.address);
    if (kept) {
      this._draft = kept;
    }
    await this._fetch();
    if (!this._detail) {
      return;
    }
    const fits = this._detail.modes.some(mode => mode.name === this._draft.mode);
    if (!kept) {
      const [first] = this._detail.presets;
      if (first) {
        this.usePreset(first.name);
        return;
      }
    }
    this.change(fits ? {} : { mode: this._detail.modes[0]?.name ?? 'default' });
  }

  /** Change parts of the draft; it is kept and validated again. */
  change(part: Partial<IDraft>): void {
    this._draft = { ...this._draft, ...part };
    this._idempotencyKey = UUID.uuid4();
    this._mistakes = syntaxProblems(this._draft.yaml);
    this._check = this._mistakes.length > 0 ? 'invalid' : 'pending';
    this.notify();
    void this._orch.drafts.save(this.address, this._draft);
    void this._validation.invoke().catch(() => undefined);
  }

  /** Take run config, mode, selection and tags of a preset. */
  usePreset(name: string): void {
    const preset = this._detail?.presets.find(one => one.name === name);
    if (preset) {
      this.change({
        preset: name,
        mode: preset.mode,
        yaml: preset.runConfigYaml,
        selection: preset.solidSelection ?? [],
        tags: preset.tags.map(({ key, value }) => ({ key, value }))
      });
    } else {
      this.change({ preset: '' });
    }
  }

  /** Add the keys that the pipeline needs and the draft lacks. */
  async scaffold(): Promise<void> {
    const { runConfigSchemaOrError: answer } = await this._orch.client.send(SCAFFOLD, {
      selector: this._selector,
      mode: this._draft.mode
    });
    if (answer.__typename !== 'RunConfigSchema') {
      throw new RequestProblem('server', answer.message);
    }
    this.change({ yaml: addMissing(this._draft.yaml, answer.scaffoldYaml) });
  }

  /** Launch the draft and open its run. The same draft launched twice through a broken line is one run. */
  async launch(): Promise<void> {
    const { client, open, runs, watch } = this._orch;
    const { launchPipelineExecution: answer } = await client.send(LAUNCH, {
      params: {
        selector: this._selector,
        mode: this._draft.mode,
        runConfigData: this._sentYaml,
        executionMetadata: { tags: this._draft.tags.filter(tag => tag.key !== '').map(({ key, value }) => ({ key, value })) },
        idempotencyKey: this._idempotencyKey
      }
    });
    switch (answer.__typename) {
      case 'LaunchPipelineRunSuccess':
        this._idempotencyKey = UUID.uuid4();
        watch.follow(answer.run.runId);
        runs.receive();
        open.run(answer.run.runId);
        return;
      case 'RunConfigValidationInvalid':
        this._mistakes = placeProblems(this._draft.yaml, answer.errors);
        this._check = 'invalid';
        this.notify();
        return;
      default:
        throw new RequestProblem('server', answer.message);
    }
  }

  override dispose(): void {
    this._validation.dispose();
    super.dispose();
  }

  private get _selector(): PipelineSelector {
    const { location, repository, pipeline } = this.address;
    const { selection } = this._draft;
    return {
      repositoryLocationName: location,
      repositoryName: repository,
      pipelineName: pipeline,
      solidSelection: selection.length > 0 ? [...selection] : null
    };
  }

  private get _sentYaml(): string {
    return this._draft.yaml.trim() === '' ? '{}' : this._draft.yaml;
  }

  private async _fetch(): Promise<void> {
    const { location, repository, pipeline } = this.address;
    try {
      const { pipelineOrError: answer } = await this._orch.client.send(LAUNCHPAD, {
        selector: { repositoryLocationName: location, repositoryName: repository, pipelineName: pipeline }
      });
      if (answer.__typename === 'Pipeline') {
        this._detail = answer;
        this._problem = '';
      } else {
        this._problem = answer.message;
      }
    } catch (reason) {
      this._problem = messageOf(reason);
    }
    this.notify();
  }

  private async _validate(): Promise<void> {
    const draft = this._draft;
    if (!this._detail || syntaxProblems(draft.yaml).length > 0) {
      return;
    }
    try {
      const { isPipelineConfigValid: answer } = await this._orch.client.send(VALIDATE, {
        selector: this._selector,
        mode: draft.mode,
        config: this._sentYaml
      });
      if (draft !== this._draft) {
        return;
      }
      this._mistakes = answer.__typename === 'RunConfigValidationInvalid' ? placeProblems(draft.yaml, answer.errors) : [];
      this._refusal = 'message' in answer ? answer.message : '';
      this._check = this._mistakes.length > 0 || this._refusal ? 'invalid' : 'valid';
    } catch (reason) {
      if (draft === this._draft) {
        this._check = 'unknown';
        this._refusal = reason instanceof RequestProblem && reason.kind === 'offline' ? '' : messageOf(reason);
      }
    }
    this.notify();
  }

  /** Other code may have another schema. */
  private _onWorkspace(): void {
    const version = this._orch.workspace.locations.find(one => one.name === this.address.location)?.codeVersion ?? '';
    if (version && version !== this._codeVersion) {
      const first = this._codeVersion === '';
      this._codeVersion = version;
      if (!first || !this._detail) {
        void this._fetch().then(() => this._validate());
      }
    }
  }

  private _onConnection(): void {
    if (this._check === 'unknown' && this._orch.live.status !== 'offline') {
      void this._validate();
    }
    this.notify();
  }

  private readonly _validation: Debouncer;
  private _detail: LaunchpadDetail | null = null;
  private _problem = '';
  private _draft: IDraft = { mode: 'default', preset: '', selection: [], tags: [], yaml: '' };
  private _check: CheckState = 'pending';
  private _mistakes: readonly IConfigProblem[] = [];
  private _refusal = '';
  private _idempotencyKey = UUID.uuid4();
  private _codeVersion = '';
}
