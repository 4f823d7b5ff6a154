import type { CommandRegistry } from '@lumino/commands';

import type { IPipelineAddress } from './models/workspace';

/** Ids of the panel's commands. None of them changes anything on the server: they only open views. */
export const Commands = {
  showPanel: 'jupyter-orch:show-panel',
  openPipeline: 'jupyter-orch:open-pipeline',
  openLaunchpad: 'jupyter-orch:open-launchpad',
  openRun: 'jupyter-orch:open-run',
  openRuns: 'jupyter-orch:open-runs',
  openNotebook: 'jupyter-orch:open-executed-notebook'
} as const;

const TEXT = { type: 'string' } as const;

/** JSON Schemas of the commands' arguments. */
export const Arguments = {
  none: { type: 'object', properties: {} },
  pipeline: {
    type: 'object',
    properties: { location: TEXT, repository: TEXT, pipeline: TEXT },
    required: ['location', 'repository', 'pipeline']
  },
  launchpad: {
    type: 'object',
    description: 'Without a pipeline one is asked for.',
    properties: { location: TEXT, repository: TEXT, pipeline: TEXT }
  },
  run: { type: 'object', properties: { runId: TEXT }, required: ['runId'] },
  runs: { type: 'object', properties: { pipeline: TEXT, status: TEXT } },
  notebook: { type: 'object', properties: { runId: TEXT, stepKey: TEXT }, required: ['runId', 'stepKey'] }
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
