import type { IEditorServices } from '@jupyterlab/codeeditor';
import { runIcon } from '@jupyterlab/ui-components';
import { type KeyboardEvent, useRef } from 'react';

import { Action } from '../../components/action';
import { OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { type IEditorHandle, YamlEditor } from './editor';
import { Mistakes } from './mistakes';
import type { LaunchpadModel } from './model';
import { Settings } from './settings';

/** Settings on the left, run config in the middle, mistakes below, Launch on top. */
export function LaunchpadBody({ model, editors }: { model: LaunchpadModel; editors: IEditorServices }): JSX.Element {
  const { live, permissions, open, trans } = useOrch();
  const editor = useRef<IEditorHandle | null>(null);
  useModel(model);
  useModel(live);
  useModel(permissions);
  if (!model.detail) {
    return (
      <div className="jp-orch-View-body">
        <OfflineBanner />
        {model.problem ? <Problem message={model.problem} /> : <Skeleton rows={6} />}
      </div>
    );
  }
  const refusal = model.launchRefusal();
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      if (refusal) {
        open.tell(refusal, 'error');
      } else {
        model.launch().catch((reason: unknown) => open.tell(String(reason), 'error'));
      }
    }
  };
  return (
    <div className="jp-orch-View-body jp-orch-Launchpad" onKeyDownCapture={onKeyDown}>
      <OfflineBanner />
      <header className="jp-orch-Head">
        <div className="jp-orch-Head-line">
          <h2>
            <button
              type="button"
              className="jp-orch-link"
              aria-label={trans.__('Open pipeline %1', model.address.pipeline)}
              onClick={() => open.pipeline(model.address)}
            >
              <Name text={model.address.pipeline} />
            </button>
          </h2>
          <span className="jp-orch-note">
            <Name text={model.address.location} />
          </span>
          <span className="jp-orch-spring" />
          {refusal && <span className="jp-orch-note">{refusal}</span>}
          <Action label={trans.__('Scaffold')} title={trans.__('Add the keys that are needed and missing')} onAct={() => model.scaffold()}>
            {trans.__('Scaffold')}
          </Action>
          <Action
            label={trans.__('Launch')}
            title={trans.__('Launch (Ctrl+Enter)')}
            icon={runIcon}
            look="accept"
            refusal={refusal}
            onAct={() => model.launch()}
          >
            {trans.__('Launch')}
          </Action>
        </div>
      </header>
      {model.problem && <Problem message={model.problem} />}
      <div className="jp-orch-Launchpad-split">
        <Settings model={model} />
        <div className="jp-orch-Launchpad-config">
          <YamlEditor
            model={model}
            editors={editors}
            onReady={handle => {
              editor.current = handle;
            }}
          />
          <Mistakes model={model} onGoTo={one => editor.current?.goTo(one.line ?? 1, one.from)} />
        </div>
      </div>
    </div>
  );
}
