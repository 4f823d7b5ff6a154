import { UUID } from '@lumino/coreutils';
import { stringify } from 'yaml';

import type { LaunchpadQuery, PipelineSelector } from '../../api/gql/graphql';
import { LAUNCH, LAUNCHPAD, PARTITION_CONFIG, PARTITION_SET, RUN_AS_DRAFT } from '../../api/operations';
import { messageOf, RequestProblem } from '../../api/problem';
import { ChangingModel } from '../../changing';
import { type IConfigProblem, placeProblems } from '../../models/config_places';
import { defaultsOf } from '../../models/config_schema';
import type { IDraft, IDraftBook } from '../../models/drafts';
import { addMissing } from '../../models/scaffold';
import type { IPartitionSetRow, IPipelineAddress } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';
import { type CheckState, DraftCheck, sentYaml } from './check';

/** What the launchpad knows of its pipeline. */
export type LaunchpadDetail = Extract<LaunchpadQuery['pipelineOrError'], { __typename: 'Pipeline' }>;

/** How the run config is shown. */
export type LaunchpadFace = 'yaml' | 'form' | 'diff';

/** Drafts of runs, kept over reloads; the one worked on is validated while it is written. */
export class LaunchpadModel extends ChangingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    readonly address: IPipelineAddress
  ) {
    super();
    this.checks = new DraftCheck(_orch);
    this._face = _orch.preferences.current.launchpadFace;
    this.checks.changed.connect(() => this.notify());
    _orch.workspace.changed.connect(this._onWorkspace, this);
    _orch.live.changed.connect(this.notify, this);
  }

  /** Settled once the pipeline and the kept drafts are there. */
  loaded: Promise<void> = Promise.resolve();
  /** What the server says of the draft. */
  readonly checks: DraftCheck;

  get detail(): LaunchpadDetail | null {
    return this._detail;
  }

  /** Why the pipeline can not be shown, or an empty string. */
  get problem(): string {
    return this._problem;
  }

  get face(): LaunchpadFace {
    return this._face;
  }

  set face(face: LaunchpadFace) {
    this._face = face;
    this.notify();
  }

  get book(): IDraftBook {
    return this._book;
  }

  /** The draft that is worked on. */
  get draft(): IDraft {
    return this._book.drafts[this._book.current];
  }

  get check(): CheckState {
    return this.checks.state;
  }

  get mistakes(): readonly IConfigProblem[] {
    return this.checks.mistakes;
  }

  get refusal(): string {
    return this.checks.refusal;
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
    if (this.refusal) {
      return this.refusal;
    }
    if (this.mistakes.length > 0) {
      return trans._n('%1 mistake in the run config', '%1 mistakes in the run config', this.mistakes.length);
    }
    return this.check === 'pending' ? trans.__('The run config is being checked.') : '';
  }

  /** Fetch the pipeline and the kept drafts. */
  async load(): Promise<void> {
    const kept = await this._orch.drafts.load(this.address);
    if (kept) {
      this._book = kept;
    }
    await this._fetch();
    if (!this._detail) {
      return;
    }
    const fits = this._detail.modes.some(mode => mode.name === this.draft.mode);
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
    const { drafts, current } = this._book;
    this._keep({ current, drafts: drafts.map((draft, i) => (i === current ? { ...draft, ...part } : draft)) });
  }

  /** Work on another draft. */
  choose(at: number): void {
    this._keep({ ...this._book, current: at });
  }

  /** Begin another draft with what the present one holds, or with something else. */
  add(part: Partial<IDraft> = {}): void {
    const { drafts } = this._book;
    const name = part.name ?? this._orch.trans.__('Draft %1', drafts.length + 1);
    this._keep({ drafts: [...drafts, { ...this.draft, ...part, name }], current: drafts.length });
  }

  /** Partition sets of this pipeline. */
  partitionSets(): IPartitionSetRow[] {
    const { location, repository, pipeline } = this.address;
    const found = this._orch.workspace.locations.find(one => one.name === location)?.partitionSets ?? [];
    return found.filter(set => set.repository === repository && set.pipeline === pipeline);
  }

  /** Names of a set's partitions, the newest first. */
  async partitionNames({ location, repository, name }: IPartitionSetRow): Promise<string[]> {
    const selector = { repositoryLocationName: location, repositoryName: repository };
    const { partitionSetOrError: answer } = await this._orch.client.send(PARTITION_SET, { selector, name });
    const states = answer.__typename === 'PartitionSet' ? answer.partitionStatusesOrError : null;
    return states?.__typename === 'PartitionStatuses' ? states.results.map(one => one.partitionName).reverse() : [];
  }

  /** Take run config, mode and tags of a partition. Rejects with a `RequestProblem`. */
  async usePartition({ location, repository, name }: IPartitionSetRow, partition: string): Promise<void> {
    const selector = { repositoryLocationName: location, repositoryName: repository };
    const { partitionSetOrError: answer } = await this._orch.client.send(PARTITION_CONFIG, { selector, name, partition });
    if (answer.__typename !== 'PartitionSet') {
      throw new RequestProblem('server', answer.message);
    }
    const config = answer.partition?.runConfigOrError;
    const tags = answer.partition?.tagsOrError;
    if (config?.__typename !== 'PartitionRunConfig' || tags?.__typename !== 'PartitionTags') {
      const bad = config && 'message' in config ? config : tags && 'message' in tags ? tags : null;
      throw new RequestProblem('server', bad?.message ?? this._orch.trans.__('There is no partition %1 any more.', partition));
    }
    this.change({
      preset: '',
      mode: answer.mode,
      selection: answer.solidSelection ?? [],
      yaml: config.yaml,
      tags: tags.results.map(({ key, value }) => ({ key, value }))
    });
  }

  /** Begin another draft with what a run was asked to do. Rejects with a `RequestProblem`. */
  async addFromRun(runId: string): Promise<void> {
    const { pipelineRunOrError: answer } = await this._orch.client.send(RUN_AS_DRAFT, { runId });
    if (answer.__typename !== 'PipelineRun') {
      throw new RequestProblem('missing', answer.message);
    }
    this.add({
      name: this._orch.trans.__('As %1', runId.slice(0, 8)),
      preset: '',
      mode: answer.mode,
      yaml: answer.runConfigYaml,
      selection: answer.solidSelection ?? [],
      tags: answer.tags.filter(tag => !Private.isOwn(tag.key)).map(({ key, value }) => ({ key, value }))
    });
  }

  /** Throw a draft away; the last one is only emptied. */
  drop(at: number): void {
    const drafts = this._book.drafts.filter((_, i) => i !== at);
    const current = Math.min(this._book.current > at ? this._book.current - 1 : this._book.current, Math.max(drafts.length - 1, 0));
    this._keep({ drafts: drafts.length > 0 ? drafts : [{ ...Private.EMPTY, mode: this.draft.mode }], current });
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

  /** What the code says without this draft: the preset's run config, else the smallest one that validates. */
  fromCode(): string {
    return this._detail?.presets.find(one => one.name === this.draft.preset)?.runConfigYaml ?? this.checks.scaffold;
  }

  /** Add the keys that the pipeline needs and the draft lacks. */
  async scaffold(): Promise<void> {
    await this.checks.fetchSchema();
    this.change({ yaml: addMissing(this.draft.yaml, this.checks.scaffold) });
  }

  /** Write out what holds where the draft says nothing. */
  async writeDefaults(): Promise<void> {
    await this.checks.fetchSchema();
    const { schema } = this.checks;
    const defaults = schema ? defaultsOf(Private.withoutChoices(schema)) : undefined;
    if (defaults === undefined) {
      throw new RequestProblem('server', this._orch.trans.__('No key of this run config has a default.'));
    }
    this.change({ yaml: addMissing(this.draft.yaml, stringify(defaults)) });
  }

  /** Launch the draft and open its run. The same draft launched twice through a broken line is one run. */
  async launch(): Promise<void> {
    const { client, open, runs, watch } = this._orch;
    const { mode, yaml, tags } = this.draft;
    const { launchPipelineExecution: answer } = await client.send(LAUNCH, {
      params: {
        selector: this._selector,
        mode,
        runConfigData: sentYaml(yaml),
        executionMetadata: { tags: tags.filter(tag => tag.key !== '').map(({ key, value }) => ({ key, value })) },
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
        this.checks.take(placeProblems(yaml, answer.errors));
        return;
      default:
        throw new RequestProblem('server', answer.message);
    }
  }

  override dispose(): void {
    this.checks.dispose();
    super.dispose();
  }

  private _keep(book: IDraftBook): void {
    this._book = book;
    this._idempotencyKey = UUID.uuid4();
    void this._orch.drafts.save(this.address, book);
    if (this._detail) {
      this.checks.look({ selector: this._selector, mode: this.draft.mode, yaml: this.draft.yaml });
    }
    this.notify();
  }

  private get _selector(): PipelineSelector {
    const { location, repository, pipeline } = this.address;
    const { selection } = this.draft;
    return {
      repositoryLocationName: location,
      repositoryName: repository,
      pipelineName: pipeline,
      solidSelection: selection.length > 0 ? [...selection] : null
    };
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

  /** Other code may have another schema. */
  private _onWorkspace(): void {
    const version = this._orch.workspace.locations.find(one => one.name === this.address.location)?.codeVersion ?? '';
    if (version && version !== this._codeVersion) {
      const first = this._codeVersion === '';
      this._codeVersion = version;
      if (!first || !this._detail) {
        void this._fetch().then(() => this.checks.again());
      }
    }
  }

  private _detail: LaunchpadDetail | null = null;
  private _problem = '';
  private _face: LaunchpadFace;
  private _book: IDraftBook = { drafts: [Private.EMPTY], current: 0 };
  private _idempotencyKey = UUID.uuid4();
  private _codeVersion = '';
}

namespace Private {
  export const EMPTY: IDraft = { name: '', mode: 'default', preset: '', selection: [], tags: [], yaml: '' };

  /** Tags that the orchestrator itself gives, e.g. `.jupyter_orch/launched_by`, are not the user's to repeat. */
  export function isOwn(key: string): boolean {
    return key.startsWith('.') || ['dagster/parent_run_id', 'dagster/root_run_id', 'dagster/schedule_name', 'dagster/sensor_name', 'dagster/backfill', 'dagster/run_key'].includes(key);
  }

  /** Executors and loggers are chosen, not written out: their defaults hold only for the chosen one. */
  export function withoutChoices(schema: Record<string, unknown>): Record<string, unknown> {
    const { solids, resources } = (schema.properties ?? {}) as Record<string, unknown>;
    return { ...schema, properties: { ...(solids ? { solids } : {}), ...(resources ? { resources } : {}) } };
  }
}
