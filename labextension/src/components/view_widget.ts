import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IDisposable } from '@lumino/disposable';

import { orchIcon } from '../icons';
import type { IOrchestrator } from '../tokens';
import { bodyOf } from './surroundings';

/** What a tab of the main area is made of. */
export interface IViewParts {
  id: string;
  label: string;
  caption?: string;
  body: JSX.Element;
  /** Models and lines that end with the tab. */
  owned: readonly IDisposable[];
}

/** A tab of the main area that draws one view. */
export class ViewWidget extends MainAreaWidget {
  constructor(orch: IOrchestrator, { id, label, caption, body, owned }: IViewParts) {
    super({ content: bodyOf(orch, body) });
    this.id = id;
    this.addClass('jp-orch-View');
    this.toolbar.hide();
    this.title.icon = orchIcon;
    this.title.closable = true;
    this.title.label = label;
    this.title.caption = caption ?? label;
    this._owned = owned;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._owned.forEach(one => one.dispose());
      super.dispose();
    }
  }

  private readonly _owned: readonly IDisposable[];
}
