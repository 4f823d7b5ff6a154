import type { IYText } from '@jupyter/ydoc';
import {
  CodeMirrorEditorFactory,
  CodeMirrorMimeTypeService,
  EditorExtensionRegistry,
  EditorLanguageRegistry,
  ybinding
} from '@jupyterlab/codemirror';
import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { LaunchpadBody } from '../../src/views/launchpad/body';
import { LaunchpadModel } from '../../src/views/launchpad/model';
import { pipeline, run, solid, SCHEMA } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

const ADDRESS = { location: 'flights.py', repository: '__repository__', pipeline: 'flights' };
const PRESETS = [{ name: 'small', mode: 'dev', solidSelection: ['load'], runConfigYaml: 'solids: {}\n', tags: [{ key: 'size', value: 'small' }] }];
const MODES = ['default', 'dev'].map(name => ({ name, description: null, executors: [], resources: [] }));

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: LaunchpadModel;
let mistakes: Record<string, unknown>[];
let launched: { runConfigData: string; mode: string; idempotencyKey: string; selector: { solidSelection: string[] | null } }[];

function editors(): Parameters<typeof LaunchpadBody>[0]['editors'] {
  const languages = new EditorLanguageRegistry();
  const extensions = new EditorExtensionRegistry();
  extensions.addExtension({
    name: 'shared-model-binding',
    factory: ({ model: { sharedModel } }) => {
      const { ysource } = sharedModel as IYText;
      return EditorExtensionRegistry.createImmutableExtension(ybinding({ ytext: ysource }));
    }
  });
  return {
    factoryService: new CodeMirrorEditorFactory({ languages, extensions }),
    mimeTypeService: new CodeMirrorMimeTypeService(languages)
  };
}

function mistake(path: string[], message: string): Record<string, unknown> {
  return { message, reason: 'VALUE', path, expected: null, sample: null, line: null, column: null };
}

beforeEach(() => {
  mistakes = [];
  launched = [];
  server = new MemoryServer({
    pipelineOrError: () => pipeline([solid('load'), solid('clean', ['load'])], { modes: MODES }),
    isPipelineConfigValid: () =>
      mistakes.length > 0
        ? { __typename: 'RunConfigValidationInvalid', pipelineName: 'flights', errors: mistakes }
        : { __typename: 'PipelineConfigValidationValid', pipelineName: 'flights' },
    runConfigSchemaOrError: () => ({ __typename: 'RunConfigSchema', jsonSchema: SCHEMA, scaffoldYaml: 'solids:\n  load:\n    config:\n      path: ""\n' }),
    executionPlanOrError: () => ({ __typename: 'ExecutionPlan', steps: [{ key: 'load', kind: 'COMPUTE' }, { key: 'clean', kind: 'COMPUTE' }] }),
    launchPipelineExecution: ({ executionParams }: { executionParams: (typeof launched)[number] }) => {
      launched.push(executionParams);
      return { __typename: 'LaunchPipelineRunSuccess', run: run({ runId: 'new-run' }) };
    }
  });
  orch = orchOn(server);
  model = new LaunchpadModel(orch, ADDRESS);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <LaunchpadBody model={model} editors={editors()} />);
  await act(async () => model.load());
  await settle();
  return container;
}

async function settle(): Promise<void> {
  await act(async () => vi.waitFor(() => expect(model.check).not.toBe('pending'), { timeout: 2000 }));
}

function launchButton(): HTMLElement {
  return screen.getByRole('button', { name: 'Launch' });
}

describe('launchpad', () => {
  it('launches a valid draft and opens its run', async () => {
    await draw();
    expect(launchButton().getAttribute('aria-disabled')).toBe('false');
    await act(async () => fireEvent.click(launchButton()));
    await vi.waitFor(() => expect(orch.open.run).toHaveBeenCalledWith('new-run'));
    expect(launched).toMatchObject([{ mode: 'default', runConfigData: '{}', selector: { solidSelection: null } }]);
  });

  it('shows all mistakes at once with their paths, and launches nothing', async () => {
    mistakes = [mistake(['solids', 'load', 'config', 'path'], 'is missing'), mistake(['resorces'], 'is not known'), mistake([], 'is odd')];
    const container = await draw();
    await act(async () => model.change({ yaml: 'resorces: {}\n' }));
    await settle();
    const list = screen.getByRole('list', { name: 'Mistakes' });
    expect([...list.querySelectorAll('button')].map(button => button.textContent)).toEqual([
      'solids › load › config › pathis missingline 1',
      'resorcesis not knownline 1',
      '(top level)is odd'
    ]);
    expect(launchButton().getAttribute('aria-disabled')).toBe('true');
    expect(launchButton().title).toBe('3 mistakes in the run config');
    fireEvent.click(launchButton());
    fireEvent.keyDown(container.querySelector('.jp-orch-Launchpad')!, { key: 'Enter', ctrlKey: true });
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(launched).toEqual([]);
    expect(container.querySelector('.cm-content')!.textContent).toBe('resorces: {}');
    expect(container.querySelectorAll('.cm-lintRange-error')[0].textContent).toBe('resorces');
  });

  it('does not trouble the server with text that is no YAML', async () => {
    await draw();
    const before = server.count('Validate');
    await act(async () => model.change({ yaml: 'a: [1\n' }));
    await new Promise(resolve => setTimeout(resolve, 500));
    expect(server.count('Validate')).toBe(before);
    expect(model.mistakes[0].reason).toBe('SYNTAX');
    expect(model.launchRefusal()).toBe('1 mistake in the run config');
  });

  it('asks once for a burst of changes', async () => {
    await draw();
    const before = server.count('Validate');
    await act(async () => {
      for (let i = 0; i < 20; i++) {
        model.change({ yaml: `a: ${i}\n` });
      }
    });
    await settle();
    expect(server.count('Validate')).toBe(before + 1);
  });

  it('begins with the first preset, and takes another mode and selection', async () => {
    server.answers.pipelineOrError = () => pipeline([solid('load')], { modes: MODES, presets: PRESETS });
    await draw();
    expect(model.draft).toMatchObject({ preset: 'small', mode: 'dev', yaml: 'solids: {}\n', selection: ['load'] });
    fireEvent.change(screen.getByRole('combobox', { name: 'Mode' }), { target: { value: 'default' } });
    fireEvent.change(screen.getByRole('combobox', { name: 'Only these solids' }), { target: { value: '*load, clean+' } });
    expect(model.draft).toMatchObject({ mode: 'default', selection: ['*load', 'clean+'], tags: [{ key: 'size', value: 'small' }] });
  });

  it('keeps the draft for the next time', async () => {
    await draw();
    await act(async () => model.change({ yaml: 'a: 1\n', mode: 'dev' }));
    const again = new LaunchpadModel(orch, ADDRESS);
    await again.load();
    expect(again.draft).toMatchObject({ yaml: 'a: 1\n', mode: 'dev' });
  });

  it('is a form and a text of one draft', async () => {
    await draw();
    await act(async () => model.change({ yaml: '# mine\nsolids:\n  load:\n    config:\n      rows: 3\n' }));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Form' }));
    const rows = screen.getByRole<HTMLInputElement>('textbox', { name: /^rows/ });
    expect(rows.value).toBe('3');
    fireEvent.change(rows, { target: { value: '4' } });
    fireEvent.change(screen.getByRole('textbox', { name: /^path/ }), { target: { value: 'a.csv' } });
    fireEvent.change(screen.getByRole('combobox', { name: /^fast/ }), { target: { value: 'false' } });
    fireEvent.change(screen.getByRole('combobox', { name: /^how/ }), { target: { value: '"soon"' } });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Add to names' })));
    fireEvent.change(screen.getByRole('combobox', { name: 'One of' }), { target: { value: 'in_process' } });
    expect(model.draft.yaml).toBe(
      '# mine\nsolids:\n  load:\n    config:\n      rows: 4\n      path: a.csv\n      fast: false\n      how: soon\n      names:\n        - ""\nexecution:\n  in_process: {}\n'
    );
    fireEvent.change(screen.getByRole('textbox', { name: /^rows/ }), { target: { value: '' } });
    expect(model.draft.yaml).not.toContain('rows');
    fireEvent.change(screen.getByRole('textbox', { name: /^rows/ }), { target: { value: '[1' } });
    expect(screen.getByRole('textbox', { name: /^rows/ }).getAttribute('aria-invalid')).toBe('true');
    expect(model.draft.yaml).not.toContain('[1');
  });

  it('shows mistakes at their fields', async () => {
    mistakes = [mistake(['solids', 'load', 'config', 'path'], 'must be there')];
    await draw();
    await act(async () => model.change({ yaml: 'solids: {}\n' }));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Form' }));
    const field = screen.getByRole('textbox', { name: /^path/ });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(field.getAttribute('aria-describedby')!.split(' ')[0])!.textContent).toBe('must be there');
  });

  it('says what would run, and how the draft differs from the code', async () => {
    await draw();
    await vi.waitFor(() => expect(screen.getByText('Will run 2 steps')).toBeTruthy());
    await act(async () => model.change({ yaml: 'solids:\n  load:\n    config:\n      path: "x"\n' }));
    fireEvent.click(screen.getByRole('button', { name: 'Diff' }));
    const lines = [...screen.getByRole('region', { name: 'Difference' }).querySelectorAll<HTMLElement>('[data-kind]')];
    expect(lines.map(line => line.dataset.kind)).toEqual(['same', 'same', 'same', 'removed', 'added']);
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Reset' })));
    expect(screen.getByText(/no difference/)).toBeTruthy();
  });

  it('writes the defaults out', async () => {
    await draw();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Write defaults' })));
    await vi.waitFor(() => expect(model.draft.yaml).toBe('solids:\n  load:\n    config:\n      rows: 10\n      fast: true\n'));
  });

  it('keeps several drafts', async () => {
    await draw();
    await act(async () => model.change({ yaml: 'a: 1\n' }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'New draft' })));
    await act(async () => model.change({ yaml: 'b: 2\n' }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Draft 1' })));
    expect(model.draft.yaml).toBe('a: 1\n');
    const again = new LaunchpadModel(orch, ADDRESS);
    await again.load();
    expect(again.book.drafts.map(draft => draft.yaml)).toEqual(['a: 1\n', 'b: 2\n']);
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Close Draft 1' })));
    expect(model.draft.yaml).toBe('b: 2\n');
  });

  it('adds what is missing', async () => {
    await draw();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Scaffold' })));
    await vi.waitFor(() => expect(model.draft.yaml).toContain('path: ""'));
  });

  it('sends the same key again after a broken line, and another one for another draft', async () => {
    await draw();
    server.answers.launchPipelineExecution = ({ executionParams }: { executionParams: (typeof launched)[number] }) => {
      launched.push(executionParams);
      throw new Error('the line broke');
    };
    await act(async () => model.launch().catch(() => undefined));
    await act(async () => model.launch().catch(() => undefined));
    await act(async () => model.change({ yaml: 'a: 1\n' }));
    await act(async () => model.launch().catch(() => undefined));
    const keys = launched.map(one => one.idempotencyKey);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('says that the server is away, and checks again when it is back', async () => {
    await draw();
    server.up = false;
    await act(async () => model.change({ yaml: 'a: 1\n' }));
    await settle();
    expect(screen.getByText('Not checked: the server cannot be reached.')).toBeTruthy();
  });

  it('keeps hostile texts as text', async () => {
    server.answers.pipelineOrError = () =>
      pipeline([solid(HOSTILE)], { name: HOSTILE, modes: [{ name: HOSTILE, description: HOSTILE, executors: [], resources: [] }], presets: [{ ...PRESETS[0], name: HOSTILE, mode: HOSTILE }] });
    mistakes = [mistake([HOSTILE], HOSTILE)];
    const container = await draw();
    await act(async () => model.change({ yaml: `"${HOSTILE.replace(/"/g, '\\"')}": 1\n`, tags: [{ key: HOSTILE, value: HOSTILE }] }));
    await settle();
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });
});
