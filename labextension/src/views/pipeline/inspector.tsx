import { Action } from '../../components/action';
import { useOrch } from '../../components/surroundings';
import { MaybeLink, Name, visible } from '../../components/text';
import type { ISolid } from '../../models/graph';
import type { PipelineDetail, PipelineModel } from './model';
import { SchemaTree } from './schema_tree';

/** Everything about the chosen solid, or about the pipeline while none is chosen. */
export function Inspector({ model }: { model: PipelineModel }): JSX.Element {
  const { trans } = useOrch();
  const solid = model.graph.get(model.selected);
  return (
    <aside className="jp-orch-Inspector" aria-label={trans.__('Inspector')}>
      {solid ? <SolidFacts solid={solid} model={model} /> : <PipelineFacts detail={model.detail!} model={model} />}
    </aside>
  );
}

function PipelineFacts({ detail, model }: { detail: PipelineDetail; model: PipelineModel }): JSX.Element {
  const { open, trans } = useOrch();
  return (
    <>
      <h3>
        <Name text={detail.name} />
      </h3>
      <Description text={detail.description} />
      <SourceButton source={detail.source} />
      <p>{trans._n('%1 solid', '%1 solids', detail.solidCount)}</p>
      {detail.schedules.length > 0 && (
        <Part title={trans.__('Schedules')}>
          <ul>
            {detail.schedules.map(schedule => (
              <li key={schedule.name}>
                <Name text={schedule.name} /> – {schedule.sentence}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {detail.modes.map(mode => (
        <Part key={mode.name} title={trans.__('Mode %1', mode.name)}>
          <Description text={mode.description} />
          <ul>
            {mode.resources.map(resource => (
              <li key={resource.name}>
                <Name text={resource.name} />
                {resource.description && <span className="jp-orch-note"> {resource.description}</span>}
              </li>
            ))}
          </ul>
          {mode.executors.length > 0 && (
            <p className="jp-orch-note">
              {trans.__('Executors:')} {mode.executors.join(', ')}
            </p>
          )}
        </Part>
      ))}
      <TagList tags={detail.tags} />
      <button type="button" className="jp-orch-link" onClick={() => open.runs({ pipeline: model.address.pipeline })}>
        {trans.__('Runs of this pipeline')}
      </button>
    </>
  );
}

function SolidFacts({ solid, model }: { solid: ISolid; model: PipelineModel }): JSX.Element {
  const { open, trans } = useOrch();
  const { definition } = solid;
  const schema = model.schemaOf(solid.handle);
  return (
    <>
      <h3>
        <Name text={solid.name} />
      </h3>
      {definition.name !== solid.name && (
        <p className="jp-orch-note">
          {trans.__('Alias of')} <Name text={definition.name} />
        </p>
      )}
      <Description text={definition.description} />
      <div className="jp-orch-Inspector-actions">
        <SourceButton source={definition.source} />
        {definition.notebookPath && (
          <Action label={trans.__('Open notebook')} onAct={() => open.file(definition.notebookPath!)}>
            {trans.__('Open notebook')}
          </Action>
        )}
        {solid.children.length > 0 && (
          <Action
            label={model.opened.has(solid.handle) ? trans.__('Collapse') : trans.__('Expand')}
            onAct={() => model.toggle(solid.handle)}
          >
            {model.opened.has(solid.handle) ? trans.__('Collapse') : trans.__('Expand')}
          </Action>
        )}
      </div>
      {solid.inputs.length > 0 && (
        <Part title={trans.__('Inputs')}>
          <ul>
            {solid.inputs.map(input => (
              <li key={input.name}>
                <Slot name={input.name} type={input.type} />
                <Description text={input.description} />
                {input.dependsOn.map(source => (
                  <div key={`${source.solid}.${source.output}`}>
                    ←{' '}
                    <button type="button" className="jp-orch-link" onClick={() => model.select(model.graph.sibling(solid.handle, source.solid))}>
                      {visible(source.solid)}
                    </button>
                    .{visible(source.output)}
                  </div>
                ))}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {solid.outputs.length > 0 && (
        <Part title={trans.__('Outputs')}>
          <ul>
            {solid.outputs.map(output => (
              <li key={output.name}>
                <Slot name={output.name} type={output.type} />
                {!output.isRequired && <span className="jp-orch-badge">{trans.__('optional')}</span>}
                {output.isDynamic && <span className="jp-orch-badge">{trans.__('dynamic')}</span>}
                <Description text={output.description} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {schema !== undefined && schema !== null && (
        <Part title={trans.__('Config')}>
          <SchemaTree schema={schema} />
        </Part>
      )}
      {definition.requiredResources.length > 0 && (
        <Part title={trans.__('Resources')}>
          <ul>
            {definition.requiredResources.map(resource => (
              <li key={resource}>
                <Name text={resource} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      <TagList tags={solid.tags} />
    </>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }): JSX.Element {
  return (
    <section className="jp-orch-Part" aria-label={title}>
      <h4>{title}</h4>
      {children}
    </section>
  );
}

function Slot({ name, type }: { name: string; type: string }): JSX.Element {
  return (
    <span className="jp-orch-Slot">
      <Name text={name} />
      <code>{visible(type)}</code>
    </span>
  );
}

function Description({ text }: { text: string | null }): JSX.Element | null {
  return text ? <p className="jp-orch-pre">{visible(text)}</p> : null;
}

function TagList({ tags }: { tags: readonly { key: string; value: string }[] }): JSX.Element | null {
  const { trans } = useOrch();
  if (tags.length === 0) {
    return null;
  }
  return (
    <Part title={trans.__('Tags')}>
      <ul className="jp-orch-Tags">
        {tags.map(tag => (
          <li key={tag.key}>
            <Name text={tag.key} />: <MaybeLink text={tag.value} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function SourceButton({ source }: { source: PipelineDetail['source'] }): JSX.Element | null {
  const { open, trans } = useOrch();
  if (!source) {
    return null;
  }
  const place = source.cell === null ? `${source.file}:${source.line}` : trans.__('%1, cell %2, line %3', source.file, source.cell, source.line);
  return (
    <Action
      label={trans.__('Open source')}
      title={place}
      refusal={source.contentsPath === null ? trans.__('%1 is outside the folder that Jupyter shows.', place) : ''}
      onAct={() => open.source(source)}
    >
      {trans.__('Open source')}
    </Action>
  );
}
