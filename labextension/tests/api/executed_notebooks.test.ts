import { describe, expect, it } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { DRIVE_NAME, ExecutedNotebookDrive, joinLines, notebookPath } from '../../src/api/executed_notebooks';
import { MemoryServer } from '../server';

function drive(): { server: MemoryServer; drive: ExecutedNotebookDrive } {
  const server = new MemoryServer();
  return { server, drive: new ExecutedNotebookDrive(new OrchClient(server.settings())) };
}

describe('ExecutedNotebookDrive', () => {
  it('serves a step’s notebook under a path that any step key survives, and never as writable', async () => {
    const { server, drive: notebooks } = drive();
    const key = 'outer/inner.step[a b]';
    server.files[`api/v1/runs/run-1/notebooks/${encodeURIComponent(key)}`] = { cells: [], nbformat: 4 };
    const path = notebookPath('run-1', key);
    expect(path.startsWith(`${DRIVE_NAME}:`)).toBe(true);
    const model = await notebooks.get(path.slice(DRIVE_NAME.length + 1));
    expect(model).toMatchObject({ type: 'notebook', format: 'json', writable: false, content: { cells: [], nbformat: 4 } });
    expect(model.path).toBe(path.slice(DRIVE_NAME.length + 1));
  });

  it('says that there is none yet', async () => {
    await expect(drive().drive.get('run-1/report.ipynb')).rejects.toMatchObject({ kind: 'missing' });
  });

  it('refuses every change', async () => {
    const notebooks = drive().drive;
    const changes = [notebooks.save(), notebooks.rename(), notebooks.delete(), notebooks.copy(), notebooks.newUntitled(), notebooks.createCheckpoint()];
    for (const change of changes) {
      await expect(change).rejects.toMatchObject({ kind: 'forbidden' });
    }
    expect(await notebooks.listCheckpoints()).toEqual([]);
  });
});

describe('joinLines', () => {
  it('makes texts whole and leaves JSON and tracebacks alone', () => {
    const lines = ['a\n', 'b'];
    const cell = {
      cell_type: 'code',
      source: lines,
      outputs: [
        { output_type: 'stream', name: 'stdout', text: lines },
        { output_type: 'display_data', data: { 'text/html': lines, 'application/json': lines, 'application/x+json': lines, 'image/png': 'x' }, metadata: {} },
        { output_type: 'error', traceback: lines }
      ]
    };
    expect(joinLines({ nbformat: 4, cells: [cell, { cell_type: 'markdown', source: 'whole', attachments: { 'a.svg': { 'image/svg+xml': lines } } }] })).toEqual({
      nbformat: 4,
      cells: [
        {
          cell_type: 'code',
          source: 'a\nb',
          outputs: [
            { output_type: 'stream', name: 'stdout', text: 'a\nb' },
            { output_type: 'display_data', data: { 'text/html': 'a\nb', 'application/json': lines, 'application/x+json': lines, 'image/png': 'x' }, metadata: {} },
            { output_type: 'error', traceback: lines }
          ]
        },
        { cell_type: 'markdown', source: 'whole', attachments: { 'a.svg': { 'image/svg+xml': 'a\nb' } } }
      ]
    });
  });

  it('bears what is no notebook', () => {
    [null, 3, 'x', [], {}, { cells: 'x' }, { cells: [null, 3] }].forEach(odd => expect(joinLines(odd)).toEqual(odd));
  });
});
