import { useState } from 'react';

import { MetadataList } from '../../components/metadata';
import { Empty } from '../../components/states';
import { StatusGlyph } from '../../components/status';
import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { clockText } from '../../components/time';
import type { IArtifact } from '../../models/metadata';
import type { RunModel } from '../../models/run';
import { NotebookDownloads } from './downloads';
import type { RunViewModel } from './model';

const MOST = 300;

/** What the run has made: assets with their particulars, checks, stored values. */
export function ArtifactsTab({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { trans } = useOrch();
  const [values, setValues] = useState(false);
  const wanted = run.history.artifacts.filter(one => (values || one.kind !== 'value') && (view.chosen.size === 0 || view.chosen.has(one.stepKey)));
  return (
    <>
      <div className="jp-orch-Bar">
        <label>
          <input type="checkbox" checked={values} onChange={event => setValues(event.target.checked)} /> {trans.__('Stored values too')}
        </label>
        <span className="jp-orch-spring" />
        <span className="jp-orch-note">{trans._n('%1 artifact', '%1 artifacts', wanted.length)}</span>
      </div>
      {wanted.length === 0 && <Empty>{trans.__('No step has told of anything that it made.')}</Empty>}
      <ul className="jp-orch-Cards" role="list" aria-label={trans.__('Artifacts')}>
        {wanted.slice(-MOST).map(one => (
          <li key={one.seq} className="jp-orch-Artifact">
            <ArtifactHead artifact={one} />
            {one.description && <p className="jp-orch-pre">{visible(one.description)}</p>}
            <MetadataList entries={one.metadata} />
            {one.metadata.some(entry => entry.kind === 'notebook') && <NotebookDownloads run={run} stepKey={one.stepKey} />}
          </li>
        ))}
      </ul>
      {wanted.length > MOST && <div className="jp-orch-Note">{trans.__('The newest %1 of %2 are shown; choose a step to see fewer.', MOST, wanted.length)}</div>}
    </>
  );
}

function ArtifactHead({ artifact }: { artifact: IArtifact }): JSX.Element {
  const { open, trans } = useOrch();
  const words: Record<IArtifact['kind'], string> = {
    materialization: trans.__('made'),
    observation: trans.__('observed'),
    expectation: artifact.success ? trans.__('check passed') : trans.__('check failed'),
    value: trans.__('stored')
  };
  return (
    <div className="jp-orch-Artifact-head">
      {artifact.kind === 'expectation' && <StatusGlyph status={artifact.success ? 'SUCCESS' : 'FAILURE'} />}
      {artifact.assetKey.length > 0 ? (
        <button type="button" className="jp-orch-link" aria-label={trans.__('Asset %1', artifact.title)} onClick={() => open.assets(artifact.assetKey)}>
          <Name text={artifact.title} />
        </button>
      ) : (
        <strong>
          <Name text={artifact.title} />
        </strong>
      )}
      {artifact.partition && <span className="jp-orch-badge">{visible(artifact.partition)}</span>}
      <span className="jp-orch-note">{words[artifact.kind]}</span>
      <span className="jp-orch-spring" />
      <span className="jp-orch-note">
        <Name text={artifact.stepKey} /> · {clockText(artifact.timestamp)}
      </span>
    </div>
  );
}
