import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { useLayoutEffect, useRef } from 'react';

import { AnsiText } from './ansi';
import { useTrans } from './surroundings';

type Output = Readonly<Record<string, unknown>>;

/** Outputs of a cell: text here, everything else by Lab's own renderers, never trusted. */
export function CellOutputs({ outputs, renderers }: { outputs: readonly Output[]; renderers: IRenderMimeRegistry | null }): JSX.Element {
  return (
    <div className="jp-orch-Cell-outputs">
      {outputs.map((output, i) => (
        <CellOutput key={i} output={output} renderers={renderers} />
      ))}
    </div>
  );
}

function CellOutput({ output, renderers }: { output: Output; renderers: IRenderMimeRegistry | null }): JSX.Element {
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
      return <Rendered data={(output.data ?? {}) as Record<string, unknown>} renderers={renderers} />;
  }
}

function Rendered({ data, renderers }: { data: Record<string, unknown>; renderers: IRenderMimeRegistry | null }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const shown = JSON.stringify(data);
  // Lumino takes a widget off while its host is still in the page, and only layout effects end that early.
  useLayoutEffect(() => {
    const bundle = JSON.parse(shown) as IRenderMime.IMimeModel['data'];
    const mime = renderers?.preferredMimeType(bundle, 'ensure');
    if (!renderers || !mime || !host.current) {
      return;
    }
    const widget = renderers.createRenderer(mime);
    Widget.attach(widget, host.current);
    widget.renderModel(renderers.createModel({ data: bundle, trusted: false })).catch(() => undefined);
    return () => widget.dispose();
  }, [shown, renderers]);
  return renderers ? <div ref={host} /> : <pre>{typeof data['text/plain'] === 'string' ? data['text/plain'] : ''}</pre>;
}
