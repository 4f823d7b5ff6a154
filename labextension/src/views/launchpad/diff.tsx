import { Empty } from '../../components/states';
import { useOrch } from '../../components/surroundings';
import { lineDiff } from '../../models/line_diff';
import type { LaunchpadModel } from './model';

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

/** How the draft differs from what the code says. */
export function DraftDiff({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  const lines = lineDiff(model.fromCode(), model.draft.yaml);
  const { preset } = model.draft;
  const against = preset ? trans.__('Against the preset %1', preset) : trans.__('Against what the pipeline needs at least');
  if (lines.every(line => line.kind === 'same')) {
    return <Empty>{trans.__('%1: no difference.', against)}</Empty>;
  }
  const word = { same: '', added: trans.__('added'), removed: trans.__('removed') };
  return (
    <div className="jp-orch-Diff" role="region" aria-label={trans.__('Difference')} tabIndex={0}>
      <div className="jp-orch-note">{against}</div>
      {lines.map((line, i) => (
        <div key={i} className="jp-orch-Diff-line" data-kind={line.kind}>
          <span aria-hidden="true">{SIGNS[line.kind]}</span>
          {line.kind !== 'same' && <span className="jp-orch-hidden">{word[line.kind]} </span>}
          <code>{line.text}</code>
        </div>
      ))}
    </div>
  );
}
