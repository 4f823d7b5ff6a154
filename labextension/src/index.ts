import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { assets } from './plugins/assets';
import { automation } from './plugins/automation';
import { backfills } from './plugins/backfills';
import { instance } from './plugins/instance';
import { launchpad } from './plugins/launchpad';
import { notifications } from './plugins/notifications';
import { notebooks } from './plugins/notebooks';
import { outputs } from './plugins/outputs';
import { panel } from './plugins/panel';
import { pipeline } from './plugins/pipeline';
import { executedNotebooks, run, runs } from './plugins/run';
import { running } from './plugins/running';
import { service } from './plugins/service';
import { status } from './plugins/status';

export { IOrchestrator } from './tokens';

/** Every part of the panel; each can be disabled on its own, all stand on the service. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [service, panel, pipeline, launchpad, run, runs, executedNotebooks, automation, backfills, assets, instance, notebooks, outputs, status, running, notifications];

export default plugins;
