import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { type MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { SplitPanel, type Widget } from '@lumino/widgets';

/** One kind of main-area tab: a tracker, restored by its command, each id open once. */
export class ViewKind<W extends MainAreaWidget> {
  /**
   * @param app - the application whose shell holds the tabs.
   * @param name - namespace of the tracker.
   * @param command - the command that opens such a tab.
   * @param argsOf - the arguments by which a tab can be opened again.
   */
  constructor(
    private readonly _app: JupyterFrontEnd,
    name: string,
    command: string,
    argsOf: (widget: W) => ReadonlyPartialJSONObject,
    restorer: ILayoutRestorer | null
  ) {
    this._tracker = new WidgetTracker<W>({ namespace: `jupyter-orch-${name}` });
    void restorer?.restore(this._tracker, { command, args: argsOf, name: widget => widget.id });
  }

  /** Bring the fitting tab to the front, or make one. */
  show(fits: (widget: W) => boolean, make: () => W): W {
    const widget = this._tracker.find(fits) ?? make();
    if (!this._tracker.has(widget)) {
      void this._tracker.add(widget);
    }
    if (!widget.isAttached) {
      this._app.shell.add(widget, 'main', { type: 'Orchestrate' });
    }
    if (widget.parent === null) {
      // Notebook 7 keeps one widget in its main area and passes over the rest; its lower area takes them.
      this._app.shell.add(widget, 'down', { type: 'Orchestrate' });
      Private.giveRoom(widget);
    }
    this._app.shell.activateById(widget.id);
    return widget;
  }

  private readonly _tracker: WidgetTracker<W>;
}

namespace Private {
  /** The lower area opens as a mere line: let it have the larger part. */
  export function giveRoom(widget: Widget): void {
    let outer = widget.parent;
    while (outer && !(outer instanceof SplitPanel && outer.orientation === 'vertical')) {
      outer = outer.parent;
    }
    (outer as SplitPanel | null)?.setRelativeSizes([2, 3]);
  }
}
