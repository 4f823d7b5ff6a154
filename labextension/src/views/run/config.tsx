import { Empty } from '../../components/states';
import { useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import type { RunModel } from '../../models/run';

/** What the run was asked to do: selection, tags, run config. */
export function ConfigTab({ run }: { run: RunModel }): JSX.Element {
  const { trans } = useOrch();
  const detail = run.detail!;
  const chosen = detail.stepKeysToExecute ?? detail.solidSelection;
  return (
    <div className="jp-orch-Config">
      {chosen && chosen.length > 0 && (
        <p>
          {trans.__('Only:')} {chosen.join(', ')}
        </p>
      )}
      {detail.tags.length > 0 && (
        <ul className="jp-orch-Tags" aria-label={trans.__('Tags')}>
          {detail.tags.map(tag => (
            <li key={tag.key}>
              <Name text={tag.key} />: <Name text={tag.value} />
            </li>
          ))}
        </ul>
      )}
      {detail.runConfigYaml.trim() === '' || detail.runConfigYaml.trim() === '{}' ? (
        <Empty>{trans.__('The run config is empty.')}</Empty>
      ) : (
        <pre role="region" tabIndex={0} aria-label={trans.__('Run config')}>
          {detail.runConfigYaml}
        </pre>
      )}
    </div>
  );
}
