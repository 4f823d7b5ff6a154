import { AnsiText } from './ansi';
import { Rendered } from './rendered';
import { useTrans } from './surroundings';

type Output = Readonly<Record<string, unknown>>;

/** Outputs of a cell: text here, everything else by Lab's own renderers, never trusted. */
export function CellOutputs({ outputs }: { outputs: readonly Output[] }): JSX.Element {
  return (
    <div className="jp-orch-Cell-outputs">
      {outputs.map((output, i) => (
        <CellOutput key={i} output={output} />
      ))}
    </div>
  );
}

function CellOutput({ output }: { output: Output }): JSX.Element {
  const trans = useTrans();
  switch (output.output_type) {
    case 'stream':
      return (
        <pre data-stream={String(output.name)}>
          <AnsiText text={String(output.text ?? '')} />
        </pre>
      );
    case 'error': {
      const lines = Array.isArray(output.traceback) ? output.traceback.map(String) : [`${String(output.ename)}: ${String(output.evalue)}`];
      return (
        <pre className="jp-orch-Cell-error" role="region" tabIndex={0} aria-label={trans.__('Traceback')}>
          <AnsiText text={lines.join('\n')} />
        </pre>
      );
    }
    default:
      return <Rendered data={(output.data ?? {}) as Record<string, unknown>} />;
  }
}
