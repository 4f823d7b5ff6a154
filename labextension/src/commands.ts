import type { CommandRegistry } from '@lumino/commands';

import type { IInstigatorAddress } from './models/instigators';
import type { IPipelineAddress } from './models/workspace';

/** Ids of the panel's commands. They open views; what changes something on the server is asked for in a dialog first. */
export const Commands = {
  showPanel: 'jupyter-orch:show-panel',
  openPipeline: 'jupyter-orch:open-pipeline',
  openLaunchpad: 'jupyter-orch:open-launchpad',
  openRun: 'jupyter-orch:open-run',
  openRuns: 'jupyter-orch:open-runs',
  openAutomation: 'jupyter-orch:open-automation',
  openInstance: 'jupyter-orch:open-instance',
  openBackfills: 'jupyter-orch:open-backfills',
  openAssets: 'jupyter-orch:open-assets',
  openNotebook: 'jupyter-orch:open-executed-notebook',
  debugStep: 'jupyter-orch:open-step-in-notebook',
  runNotebook: 'jupyter-orch:run-notebook',
  scheduleNotebook: 'jupyter-orch:schedule-notebook',
  openNotebookJobs: 'jupyter-orch:open-notebook-jobs'
} as const;

const text = <const D extends string>(description: D) => ({ type: 'string', description }) as const;
const LOCATION = text('Name of the location in workspace.yaml.');
const REPOSITORY = text('Name of the repository in that location.');
const PIPELINE = text('Name of the pipeline in that repository.');
const RUN = text('Id of the run.');

/** JSON Schemas of the commands' arguments. */
export const Arguments = {
  none: { type: 'object', properties: {} },
  pipeline: {
    type: 'object',
    description: 'Without a pipeline one is asked for.',
    properties: { location: LOCATION, repository: REPOSITORY, pipeline: PIPELINE }
  },
  launchpad: {
    type: 'object',
    description: 'Without a pipeline one is asked for.',
    properties: { location: LOCATION, repository: REPOSITORY, pipeline: PIPELINE, fromRun: text('Id of a run whose config, mode, selection and tags the draft begins with.') }
  },
  run: { type: 'object', description: 'Without a run one of the newest is asked for.', properties: { runId: RUN } },
  runs: {
    type: 'object',
    description: 'What is left out filters nothing.',
    properties: { pipeline: text('Only runs of this pipeline.'), status: text('Only runs in this status, e.g. FAILURE.'), tag: text('Only runs with this tag, as key=value.') }
  },
  notebook: {
    type: 'object',
    properties: {
      runId: RUN,
      stepKey: text('Key of the step that ran the notebook.'),
      at: { type: 'string', enum: ['failing'], description: 'Where to look; the beginning when left out.' }
    },
    required: ['runId', 'stepKey']
  },
  step: {
    type: 'object',
    properties: { runId: RUN, stepKey: text('Key of a step that began.') },
    required: ['runId', 'stepKey']
  },
  instigator: {
    type: 'object',
    description: 'Without a name the first one is shown.',
    properties: {
      kind: { type: 'string', enum: ['schedule', 'sensor'], description: 'What to show.' },
      location: LOCATION,
      repository: REPOSITORY,
      name: text('Name of the schedule or sensor.')
    }
  },
  notebookPath: {
    type: 'object',
    description: 'Without either: the open notebook.',
    properties: {
      path: text('Path of a notebook, as the file browser has it.'),
      from: { type: 'string', enum: ['browser'], description: 'Take the notebook that is selected in the file browser.' }
    }
  },
  assets: {
    type: 'object',
    description: 'Without a key the first asset is shown.',
    properties: { key: { type: 'array', items: { type: 'string' }, description: 'Parts of the asset key.' } }
  },
  instance: {
    type: 'object',
    properties: { tab: { type: 'string', enum: ['health', 'queue', 'locations', 'storage', 'settings'], description: 'The part to show.' } }
  }
} as const satisfies Record<string, object>;

type Args = CommandRegistry.CommandFunc<unknown> extends (args: infer A) => unknown ? A : never;

/** A text among the arguments, or an empty string: arguments may come from anywhere, also from a saved layout. */
export function textOf(args: Args, key: string): string {
  const value = args[key];
  return typeof value === 'string' ? value : '';
}

/** A pipeline's address among the arguments, or null when it is not complete. */
export function addressOf(args: Args): IPipelineAddress | null {
  const address = {
    location: textOf(args, 'location'),
    repository: textOf(args, 'repository'),
    pipeline: textOf(args, 'pipeline')
  };
  return address.location && address.repository && address.pipeline ? address : null;
}

/** A schedule's or sensor's address among the arguments, or null when it is not complete. */
export function instigatorOf(args: Args): IInstigatorAddress | null {
  const address = {
    kind: textOf(args, 'kind') === 'sensor' ? ('sensor' as const) : ('schedule' as const),
    location: textOf(args, 'location'),
    repository: textOf(args, 'repository'),
    name: textOf(args, 'name')
  };
  return address.location && address.repository && address.name ? address : null;
}

/** A list of texts among the arguments, or null when there is none. */
export function textsOf(args: Args, key: string): string[] | null {
  const value = args[key];
  const texts = Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  return texts.length > 0 ? texts : null;
}
