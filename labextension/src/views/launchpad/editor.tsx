import { autocompletion, type CompletionContext, type CompletionResult, startCompletion } from '@codemirror/autocomplete';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { CodeEditor, type IEditorServices } from '@jupyterlab/codeeditor';
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { useEffect, useRef } from 'react';

import { useModel, useOrch } from '../../components/surroundings';
import { type IConfigProblem, pathText } from '../../models/config_places';
import { proposalsAt } from '../../models/config_completion';
import type { LaunchpadModel } from './model';

/** A handle by which the list of mistakes moves the cursor. */
export interface IEditorHandle {
  goTo(line: number, offset: number): void;
}

/** The run config in JupyterLab's own editor, mistakes underlined. */
export function YamlEditor({
  model,
  editors,
  onReady
}: {
  model: LaunchpadModel;
  editors: IEditorServices;
  onReady: (handle: IEditorHandle) => void;
}): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeMirrorEditor | null>(null);

  useEffect(() => {
    const text = new CodeEditor.Model({ mimeType: 'text/x-yaml' });
    text.sharedModel.setSource(model.draft.yaml);
    const made = editors.factoryService.newInlineEditor({
      host: host.current!,
      model: text,
      config: { lineNumbers: true, lineWrap: true, tabSize: 2, matchBrackets: true }
    }) as CodeMirrorEditor;
    made.injectExtension([
      lintGutter(),
      autocompletion({ override: [context => Private.complete(context, model)], icons: false }),
      Prec.highest(keymap.of([{ key: 'Ctrl-Space', run: startCompletion }]))
    ]);
    made.editor.contentDOM.setAttribute('aria-label', trans.__('Run config'));
    text.sharedModel.changed.connect(() => {
      const yaml = text.sharedModel.getSource();
      if (yaml !== model.draft.yaml) {
        model.change({ yaml });
      }
    });
    editor.current = made;
    onReady({ goTo: (line, offset) => Private.goTo(made, line, offset) });
    return () => {
      editor.current = null;
      made.dispose();
      text.dispose();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one editor for the life of the view
  }, []);

  useEffect(() => {
    const made = editor.current;
    if (!made) {
      return;
    }
    if (made.model.sharedModel.getSource() !== model.draft.yaml) {
      made.model.sharedModel.setSource(model.draft.yaml);
    }
    const { state } = made.editor;
    made.editor.dispatch(setDiagnostics(state, Private.diagnostics(model.mistakes, state.doc.length, trans.__('(top level)'))));
  }, [model, model.version, trans]);

  return <div ref={host} className="jp-orch-Editor" />;
}

namespace Private {
  export function goTo(editor: CodeMirrorEditor, line: number, offset: number): void {
    const view = editor.editor;
    const anchor = offset > 0 ? Math.min(offset, view.state.doc.length) : view.state.doc.line(Math.min(line, view.state.doc.lines)).from;
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
    view.focus();
  }

  /** What the schema knows at the cursor; in the middle of a line only when asked for. */
  export function complete({ pos, state, explicit }: CompletionContext, model: LaunchpadModel): CompletionResult | null {
    const { schema } = model.checks;
    if (!schema || (!explicit && state.doc.lineAt(pos).text.trim() === '')) {
      return null;
    }
    const { from, proposals } = proposalsAt(state.doc.toString(), pos, schema);
    const options = proposals.map(({ label, detail, info, insert, required }) => ({
      label,
      detail,
      info: info || undefined,
      apply: insert,
      boost: required ? 1 : 0
    }));
    return options.length > 0 ? { from, options, validFor: /^[\w-]*$/ } : null;
  }

  /** Marks for the editor, whose text may be a moment behind the draft: none reaches beyond its end. */
  export function diagnostics(mistakes: readonly IConfigProblem[], length: number, root: string): Diagnostic[] {
    const inside = (offset: number): number => Math.min(offset, length);
    return mistakes
      .filter(one => one.line !== null)
      .map(one => ({
        from: inside(one.from),
        to: inside(Math.max(one.to, one.from)),
        severity: 'error',
        message: `${pathText(one.path, root)}: ${one.message}`
      }));
  }
}
