import { expect, it } from 'vitest';

import type { IArtifact, IMetadata } from '../../src/models/metadata';
import { endingsOf, failingCell, readCells } from '../../src/models/executed_notebook';

const code = (source: string, papermill: object | undefined, more: object = {}): object => ({ cell_type: 'code', source, outputs: [], metadata: { papermill }, ...more });
const NOTEBOOK = {
  cells: [
    { cell_type: 'markdown', source: '<span>An Exception</span>', metadata: { tags: ['papermill-error-cell-tag'] } },
    code('x = 1', { status: 'completed', duration: 0.25 }),
    code('work()', { status: 'running' }),
    code('1 / 0', { status: 'failed', exception: true }),
    code('never', { status: 'pending' })
  ]
};

it('tells how far each cell has come, and leaves out what papermill puts in', () => {
  expect(readCells(NOTEBOOK, true).map(cell => [cell.source, cell.state, cell.took])).toEqual([
    ['x = 1', 'done', 0.25],
    ['work()', 'running', null],
    ['1 / 0', 'failed', null],
    ['never', 'waiting', null]
  ]);
});

it('takes a cell for failed that was running when its step ended', () => {
  expect(readCells(NOTEBOOK, false)[1].state).toBe('failed');
});

it('finds the failing cell at its place in the notebook', () => {
  expect(failingCell({ cells: [NOTEBOOK.cells[0], NOTEBOOK.cells[1], NOTEBOOK.cells[3]] })).toBe(2);
  expect(failingCell({ cells: [NOTEBOOK.cells[1]] })).toBe(-1);
  expect(failingCell(null)).toBe(-1);
});

it('reads what no papermill has run', () => {
  expect(readCells({ cells: [{ cell_type: 'code', source: 'x', outputs: [], execution_count: 3 }, 'odd', null] }, false).map(cell => cell.state)).toEqual(['done', 'done', 'done']);
});

it('names the formats in which a notebook was written besides, by the files that lie beside it', () => {
  const entry = (kind: string, value: string): IMetadata => ({ label: kind, description: '', kind, value });
  const metadata = [entry('notebook', '/a/r/s/daily.ipynb'), entry('path', '/work/daily.ipynb'), entry('path', '/a/r/s/daily.html'), entry('path', '/a/r/s/daily.slides.html'), entry('path', '/work/results/daily.html')];
  const made = { stepKey: 's', kind: 'materialization', metadata } as unknown as IArtifact;
  expect(endingsOf([made], 's')).toEqual(['html', 'slides.html']);
  expect(endingsOf([made], 't')).toEqual([]);
  expect(endingsOf([{ ...made, metadata: metadata.slice(1) }], 's')).toEqual([]);
});
