import { Dialog, showDialog } from '@jupyterlab/apputils';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

import { Action, useRefusal } from '../../components/action';
import { Fact, Facts } from '../../components/facts';
import { MetadataList } from '../../components/metadata';
import { Plot } from '../../components/plot';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { Ago, instantText } from '../../components/time';
import { Lineage } from './lineage';
import type { AssetsModel, IAssetFact, IAssetRow } from './model';

const ROW = 40;

/** The catalog on the left, the chosen asset on the right. */
export function AssetsBody({ model }: { model: AssetsModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  return (
    <div className="jp-orch-View-body">
      <OfflineBanner />
      {model.problem && <Problem message={model.problem} />}
      {!model.loaded && <Skeleton rows={6} />}
      {model.loaded && (
        <div className="jp-orch-Split">
          <nav className="jp-orch-Split-list jp-orch-Catalog" aria-label={trans.__('Assets')}>
            <Catalog model={model} />
          </nav>
          <div className="jp-orch-Split-detail">{model.key ? <AssetFacts model={model} /> : <Empty>{trans.__('No asset is chosen.')}</Empty>}</div>
        </div>
      )}
    </div>
  );
}

function Catalog({ model }: { model: AssetsModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows } = model;
  const lines = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 10 });
  return (
    <>
      <div className="jp-orch-Bar">
        <input
          className="jp-mod-styled"
          type="search"
          aria-label={trans.__('Find an asset')}
          placeholder={trans._n('%1 asset', '%1 assets', model.count)}
          value={model.filter}
          onChange={event => (model.filter = event.target.value)}
        />
      </div>
      {rows.length === 0 && <Empty>{model.filter ? trans.__('No asset fits the filter.') : trans.__('No run has made an asset yet, and no code names one.')}</Empty>}
      <div ref={scroller} className="jp-orch-Catalog-rows">
        <ul role="list" aria-label={trans.__('Assets')} style={{ height: lines.getTotalSize(), position: 'relative' }}>
          {lines.getVirtualItems().map(item => (
            <li key={rows[item.index].key.join('\u0000')} style={{ position: 'absolute', top: item.start, height: ROW, width: '100%' }}>
              <AssetRow row={rows[item.index]} model={model} />
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function AssetRow({ row, model }: { row: IAssetRow; model: AssetsModel }): JSX.Element {
  const { trans } = useOrch();
  const chosen = row.key.join('\u0000') === model.key?.join('\u0000');
  return (
    <div className="jp-orch-Choice" data-chosen={chosen}>
      <button type="button" className="jp-orch-Row-main" aria-current={chosen} aria-label={row.key.map(visible).join(' / ')} onClick={() => model.choose(row.key)}>
        <span className="jp-orch-Row-text">
          <span className="jp-orch-Row-title">
            <Name text={row.key.join(' / ')} />
          </span>
          <span className="jp-orch-Row-note">{row.made ? (row.node ? visible(row.node.repositoryLocationName) : trans.__('made by runs')) : trans.__('not made yet')}</span>
        </span>
      </button>
    </div>
  );
}

function AssetFacts({ model }: { model: AssetsModel }): JSX.Element {
  const { open, trans } = useOrch();
  const mayWipe = useRefusal('wipe_assets');
  const key = model.key!;
  const { node, detail } = model;
  const [newest] = model.facts.filter(fact => fact.kind === 'materialization');
  const wipe = async (): Promise<void> => {
    const { button } = await showDialog({
      title: trans.__('Forget this asset?'),
      body: trans.__('What is known of %1 goes; what was written and the runs stay.', key.join(' / ')),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Forget') })]
    });
    if (button.accept) {
      await model.wipe();
    }
  };
  return (
    <>
      <header className="jp-orch-Head">
        <div className="jp-orch-Head-line">
          <h2>
            <Name text={key.join(' / ')} />
          </h2>
          <span className="jp-orch-spring" />
          <Action label={trans.__('Forget asset')} refusal={mayWipe || (detail ? '' : trans.__('No run has made it yet.'))} onAct={wipe}>
            {trans.__('Forget')}
          </Action>
        </div>
        {node?.description && <p className="jp-orch-pre">{visible(node.description)}</p>}
        <Facts>
          {newest && (
            <Fact name={trans.__('Last made')}>
              <Ago instant={newest.instant} />
            </Fact>
          )}
          {node && (
            <Fact name={trans.__('Made by')}>
              <Name text={node.opName} />
            </Fact>
          )}
          {node?.jobNames.map(pipeline => (
            <Fact key={pipeline} name={trans.__('Pipeline')}>
              <button
                type="button"
                className="jp-orch-link"
                onClick={() => open.pipeline({ location: node.repositoryLocationName, repository: node.repositoryName, pipeline })}
              >
                <Name text={pipeline} />
              </button>
            </Fact>
          ))}
        </Facts>
      </header>
      <div className="jp-orch-Page">
        <Plots model={model} />
        <h3>{trans.__('Lineage')}</h3>
        <Lineage model={model} />
        {(detail?.materializationCountByPartition.length ?? 0) > 0 && (
          <>
            <h3>{trans.__('Partitions')}</h3>
            <ul className="jp-orch-Tags" aria-label={trans.__('Partitions')}>
              {detail!.materializationCountByPartition.map(one => (
                <li key={one.partition}>
                  {visible(one.partition)} ×{one.materializationCount}
                </li>
              ))}
            </ul>
          </>
        )}
        <h3>{trans.__('History')}</h3>
        {model.facts.length === 0 && <Empty>{trans.__('No run has made it yet.')}</Empty>}
        <ul className="jp-orch-Cards" role="list" aria-label={trans.__('History')}>
          {model.facts.map(fact => (
            <AssetFact key={`${fact.kind}/${fact.cursor}`} fact={fact} />
          ))}
        </ul>
      </div>
    </>
  );
}

/** Each number of the metadata over time. */
function Plots({ model }: { model: AssetsModel }): JSX.Element | null {
  const { open, trans } = useOrch();
  const numbers = [...model.numbers()].filter(([, values]) => values.length > 1);
  if (numbers.length === 0) {
    return null;
  }
  return (
    <>
      <h3>{trans.__('Over time')}</h3>
      <div className="jp-orch-Plots">
        {numbers.map(([label, values]) => (
          <Plot
            key={label}
            label={label}
            points={values.map(({ fact, value }) => ({ instant: fact.instant, value, note: fact.partition, onOpen: () => open.run(fact.runId) }))}
          />
        ))}
      </div>
    </>
  );
}

function AssetFact({ fact }: { fact: IAssetFact }): JSX.Element {
  const { open, trans } = useOrch();
  return (
    <li className="jp-orch-Artifact">
      <div className="jp-orch-Artifact-head">
        <strong>{instantText(fact.instant)}</strong>
        {fact.kind === 'observation' && <span className="jp-orch-badge">{trans.__('observed')}</span>}
        {fact.partition && <span className="jp-orch-badge">{visible(fact.partition)}</span>}
        <span className="jp-orch-spring" />
        <button type="button" className="jp-orch-link" aria-label={trans.__('Open run %1', fact.runId)} onClick={() => open.run(fact.runId)}>
          <code>{fact.runId.slice(0, 8)}</code>
        </button>
      </div>
      {fact.description && <p className="jp-orch-pre">{visible(fact.description)}</p>}
      <MetadataList entries={fact.metadata} />
    </li>
  );
}
