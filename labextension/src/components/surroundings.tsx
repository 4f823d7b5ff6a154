import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';

import type { ChangingModel } from '../changing';
import type { IOrchestrator } from '../tokens';

const Surroundings = createContext<IOrchestrator | null>(null);

/** The shared models and ways; only inside a `React` tree made by `bodyOf`. */
export function useOrch(): IOrchestrator {
  const orch = useContext(Surroundings);
  if (!orch) {
    throw new Error('A view of jupyter_orch stands outside its surroundings.');
  }
  return orch;
}

/** The translations of the panel. */
export function useTrans(): TranslationBundle {
  return useOrch().trans;
}

/** Draw again whenever the model has changed. */
export function useModel<M extends ChangingModel>(model: M): M {
  useSyncExternalStore(
    told => {
      model.changed.connect(told);
      return () => {
        model.changed.disconnect(told);
      };
    },
    () => model.version
  );
  return model;
}

/** The time of the panel's clock, ticking once a second only while `running`. */
export function useNow(running: boolean): number {
  const { clock } = useOrch();
  useSyncExternalStore(
    told => {
      if (!running) {
        return () => undefined;
      }
      clock.changed.connect(told);
      return () => {
        clock.changed.disconnect(told);
      };
    },
    () => (running ? clock.version : 0)
  );
  return clock.now;
}

/** Provide the surroundings to a tree. */
export function InSurroundings({ orch, children }: { orch: IOrchestrator; children: ReactNode }): JSX.Element {
  return <Surroundings.Provider value={orch}>{children}</Surroundings.Provider>;
}

/** A lumino widget that draws a view in its surroundings. */
export function bodyOf(orch: IOrchestrator, view: JSX.Element): ReactWidget {
  const widget = ReactWidget.create(<InSurroundings orch={orch}>{view}</InSurroundings>);
  widget.addClass('jp-orch');
  return widget;
}
