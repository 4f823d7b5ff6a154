import { InputDialog } from '@jupyterlab/apputils';

import { statusWord } from '../components/status';
import { instantText } from '../components/time';
import type { IPipelineAddress } from '../models/workspace';
import type { IOrchestrator } from '../tokens';

/** Let the user choose a pipeline; with only one there is nothing to choose. Null when they do not. */
export async function choosePipeline({ workspace, open, trans }: IOrchestrator, title: string): Promise<IPipelineAddress | null> {
  const all = workspace.locations.flatMap(location => location.pipelines);
  if (all.length === 0) {
    open.tell(trans.__('No pipeline is loaded. Add a location to %1.', workspace.path || 'workspace.yaml'), 'info');
    return null;
  }
  return all.length === 1 ? all[0] : pick(all, one => `${one.pipeline} (${one.location})`, title);
}

/** Let the user choose one of the newest runs. @returns its id, or an empty string. */
export async function chooseRun({ runs, open, trans }: IOrchestrator): Promise<string> {
  const all = [...runs.active, ...runs.recent];
  if (all.length === 0) {
    open.tell(trans.__('There are no runs yet.'), 'info');
    return '';
  }
  const words = (run: (typeof all)[number]): string =>
    `${run.pipelineName} · ${statusWord(run.status, trans)} · ${instantText(run.createTime)} · ${run.runId.slice(0, 8)}`;
  return (await pick(all, words, trans.__('Open run')))?.runId ?? '';
}

async function pick<T>(all: readonly T[], words: (one: T) => string, title: string): Promise<T | null> {
  const items = all.map(words);
  const { value } = await InputDialog.getItem({ title, items });
  return value === null ? null : (all[items.indexOf(value)] ?? null);
}
