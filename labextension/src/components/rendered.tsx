import type { IRenderMime } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { useLayoutEffect, useRef } from 'react';

import { useOrch } from './surroundings';
import { visible } from './text';

/** Something by Lab's own renderer for its kind, never trusted: what could become code is taken out. */
export function Rendered({ data, className }: { data: Readonly<Record<string, unknown>>; className?: string }): JSX.Element {
  const { renderers } = useOrch();
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
    widget
      .renderModel(renderers.createModel({ data: bundle, trusted: false }))
      .then(() => Private.dropAddresses(widget.node))
      .catch(() => undefined);
    return () => widget.dispose();
  }, [shown, renderers]);
  if (renderers) {
    return <div ref={host} className={className} />;
  }
  const [plain] = [data['text/plain'], ...Object.values(data)].filter(one => typeof one === 'string');
  return <pre className="jp-orch-pre">{visible(String(plain ?? ''))}</pre>;
}

namespace Private {
  const HARMLESS = ['http:', 'https:', 'mailto:', 'attachment:', 'blob:'];

  /** The sanitizer leaves addresses of pictures alone that no browser would follow; what follows nothing is not needed. */
  export function dropAddresses(node: HTMLElement): void {
    for (const one of node.querySelectorAll('[src], [href]')) {
      for (const name of ['src', 'href']) {
        const address = one.getAttribute(name);
        if (address !== null && !isHarmless(address)) {
          one.removeAttribute(name);
        }
      }
    }
  }

  function isHarmless(address: string): boolean {
    try {
      const { protocol, pathname } = new URL(address, document.baseURI);
      return HARMLESS.includes(protocol) || (protocol === 'data:' && pathname.startsWith('image/'));
    } catch {
      return false;
    }
  }
}
