import type { IEditorServices } from '@jupyterlab/codeeditor';
import { runIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef } from 'react';

import { Action } from '../../components/action';
import { OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import type { IConfigProblem } from '../../models/config_places';
import { DraftDiff } from './diff';
import { DraftTabs } from './draft_tabs';
import { type IEditorHandle, YamlEditor } from './editor';
import { ConfigForm } from './form';
import { Mistakes } from './mistakes';
import type { LaunchpadFace, LaunchpadModel } from './model';
import { Settings } from './settings';

/** Settings on the left, run config in the middle, mistakes below, Launch on top. */
export function LaunchpadBody({ model, editors }: { model: LaunchpadModel; editors: IEditorServices }): JSX.Element {
  const { live, permissions, open, trans } = useOrch();
  const editor = useRef<IEditorHandle | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const onKeyDown = useRef<(event: KeyboardEvent) => void>(() => undefined);
  const isDrawn = Boolean(model.detail);
  useEffect(() => {
    // The tab as a whole listens: when it was just opened, the focus is on its frame.
    const frame = root.current?.closest('.jp-orch') ?? root.current;
    const listen = (event: Event): void => onKeyDown.current(event as KeyboardEvent);
    frame?.addEventListener('keydown', listen, true);
    return () => frame?.removeEventListener('keydown', listen, true);
  }, [isDrawn]);
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
  onKeyDown.current = event => {
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
  const goTo = (one: IConfigProblem): void => {
    model.face = 'yaml';
    window.setTimeout(() => editor.current?.goTo(one.line ?? 1, one.from));
  };
  return (
    <div ref={root} className="jp-orch-View-body jp-orch-Launchpad">
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
        <DraftTabs model={model} />
      </header>
      {model.problem && <Problem message={model.problem} />}
      <div className="jp-orch-Launchpad-split">
        <Settings model={model} />
        <div className="jp-orch-Launchpad-config">
          <ConfigTools model={model} />
          {model.face === 'form' && <ConfigForm model={model} />}
          {model.face === 'diff' && <DraftDiff model={model} />}
          <div className="jp-orch-Launchpad-editor" hidden={model.face !== 'yaml'}>
            <YamlEditor
              model={model}
              editors={editors}
              onReady={handle => {
                editor.current = handle;
              }}
            />
          </div>
          <Mistakes model={model} onGoTo={goTo} />
        </div>
      </div>
    </div>
  );
}

/** How the run config is shown, and what can be done to it as a whole. */
function ConfigTools({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  const faces: [LaunchpadFace, string, string][] = [
    ['yaml', trans.__('YAML'), trans.__('The run config as text')],
    ['form', trans.__('Form'), trans.__('The same run config as a form')],
    ['diff', trans.__('Diff'), trans.__('How the draft differs from what the code says')]
  ];
  return (
    <div className="jp-orch-Bar jp-orch-Launchpad-tools">
      <div role="group" aria-label={trans.__('Shown as')} className="jp-orch-Toggle">
        {faces.map(([face, label, title]) => (
          <button key={face} type="button" aria-pressed={model.face === face} title={title} onClick={() => (model.face = face)}>
            {label}
          </button>
        ))}
      </div>
      <span className="jp-orch-spring" />
      <Action label={trans.__('Scaffold')} title={trans.__('Add the keys that are needed and missing')} onAct={() => model.scaffold()}>
        {trans.__('Scaffold')}
      </Action>
      <Action label={trans.__('Write defaults')} title={trans.__('Write out every value that holds where nothing is said')} onAct={() => model.writeDefaults()}>
        {trans.__('Write defaults')}
      </Action>
      <Action label={trans.__('Reset')} title={trans.__('Throw away what was written and take what the code says')} onAct={() => model.change({ yaml: model.fromCode() })}>
        {trans.__('Reset')}
      </Action>
    </div>
  );
}
