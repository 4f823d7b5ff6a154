import { StatusGlyph } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import { type IConfigProblem, pathText } from '../../models/config_places';
import type { LaunchpadModel } from './model';

/** Every mistake at once; choosing one goes to its line. */
export function Mistakes({ model, onGoTo }: { model: LaunchpadModel; onGoTo: (mistake: IConfigProblem) => void }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  const { mistakes, check, refusal } = model;
  return (
    <section className="jp-orch-Mistakes" aria-label={trans.__('Mistakes in the run config')}>
      <div role="status" aria-live="polite" className="jp-orch-Mistakes-head">
        {check === 'valid' && (
          <>
            <StatusGlyph status="SUCCESS" /> {trans.__('The run config is valid.')}
          </>
        )}
        {check === 'pending' && trans.__('Checking…')}
        {check === 'unknown' && trans.__('Not checked: the server cannot be reached.')}
        {check === 'invalid' && (
          <>
            <StatusGlyph status="FAILURE" /> {refusal || trans._n('%1 mistake', '%1 mistakes', mistakes.length)}
          </>
        )}
      </div>
      {mistakes.length > 0 && (
        <ul aria-label={trans.__('Mistakes')}>
          {mistakes.map((one, i) => (
            <li key={i}>
              <button type="button" className="jp-orch-Mistake" onClick={() => onGoTo(one)}>
                <span className="jp-orch-Mistake-path">{visible(pathText(one.path, trans.__('(top level)')))}</span>
                <span className="jp-orch-Mistake-text">{visible(one.message)}</span>
                {one.line !== null && <span className="jp-orch-note">{trans.__('line %1', one.line)}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
