import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { AssetsBody } from '../../src/views/assets/body';
import { AssetsModel } from '../../src/views/assets/model';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: AssetsModel;
let entries: Record<string, unknown>[];

function key(...path: string[]): { path: string[] } {
  return { path };
}

function made(cursor: string, seconds: number, rows: number, partition: string | null = null): Record<string, unknown> {
  return {
    cursor,
    partition,
    runId: `run-${cursor}`,
    timestamp: String(seconds * 1000),
    materializationEvent: {
      materialization: {
        description: 'Rows of the day',
        metadataEntries: [{ __typename: 'EventIntMetadataEntry', label: 'rows', description: null, intValue: rows, intRepr: String(rows) }, ...entries]
      }
    }
  };
}

beforeEach(() => {
  entries = [];
  server = new MemoryServer({
    assetsOrError: ({ cursor }: { cursor: string | null }) =>
      cursor
        ? { __typename: 'AssetConnection', cursor: null, nodes: [{ id: '2', key: key('sales', 'raw') }] }
        : { __typename: 'AssetConnection', cursor: 'more', nodes: [{ id: '1', key: key('sales', 'daily') }] },
    assetNodes: () => [
      {
        id: 'n',
        assetKey: key('report'),
        opName: 'write',
        computeKind: null,
        repositoryName: '__repository__',
        repositoryLocationName: 'flights.py',
        jobNames: ['flights'],
        description: 'The report',
        dependencyKeys: [key('sales', 'daily')]
      }
    ],
    assetOrError: ({ assetKey }: { assetKey: { path: string[] } }) =>
      assetKey.path[0] === 'sales'
        ? {
            __typename: 'Asset',
            id: '1',
            materializationCountByPartition: [{ partition: '2026-11-01', materializationCount: 2 }],
            lineage: ({ upstream }: { upstream: boolean }) => (upstream ? [{ asset: key('sales', 'daily'), madeFrom: key('sales', 'raw') }] : []),
            assetMaterializations: [made('2', 2000, 30, '2026-11-01'), made('1', 1000, 20)],
            assetObservations: []
          }
        : { __typename: 'AssetNotFoundError', message: 'no run has made it' }
  });
  orch = orchOn(server);
  model = new AssetsModel(orch);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <AssetsBody model={model} />);
  await act(async () => model.refetch());
  await act(async () => model.choose(['sales', 'daily']));
  await act(async () => vi.waitFor(() => expect(model.facts.length).toBeGreaterThan(0)));
  return container;
}

describe('assets tab', () => {
  it('lists what runs have made, page by page, and what the code names', async () => {
    await draw();
    expect(model.rows.map(row => [row.key.join('/'), row.made])).toEqual([
      ['report', false],
      ['sales/daily', true],
      ['sales/raw', true]
    ]);
    fireEvent.change(screen.getByRole('searchbox', { name: 'Find an asset' }), { target: { value: 'RAW' } });
    expect(model.rows).toHaveLength(1);
  });

  it('plots numbers over time; a point leads to its run', async () => {
    await draw();
    const plot = within(screen.getByRole('figure', { name: 'rows over time' }));
    const points = plot.getAllByRole('button');
    expect(points.map(point => /\d+$/.exec(point.title)![0])).toEqual(['20', '30']);
    fireEvent.click(points[1]);
    expect(orch.open.run).toHaveBeenCalledWith('run-2');
  });

  it('shows lineage from runs and from code, and leads along it', async () => {
    await draw();
    const lineage = within(screen.getByRole('group', { name: 'Lineage' }));
    expect(lineage.getAllByRole('button')).toHaveLength(3);
    await act(async () => fireEvent.click(lineage.getByRole('button', { name: 'Asset report' })));
    await vi.waitFor(() => expect(screen.getByRole('heading', { name: 'report' })).toBeTruthy());
    expect(screen.getByText('No run has made it yet.')).toBeTruthy();
  });

  it('shows every kind of metadata, hostile ones as text', async () => {
    const entry = (kind: string, held: Record<string, unknown>): Record<string, unknown> => ({ __typename: `Event${kind}MetadataEntry`, label: HOSTILE, description: null, ...held });
    entries = [
      entry('Text', { text: HOSTILE }),
      entry('Url', { url: 'javascript:alert(1)' }),
      entry('Path', { path: '/x' }),
      entry('Markdown', { mdStr: HOSTILE }),
      entry('Json', { jsonString: '{"a": 1}' }),
      entry('Float', { floatValue: null }),
      entry('PythonArtifact', { module: 'm', name: 'n' }),
      entry('PipelineRun', { pipelineRunId: 'r' }),
      entry('Asset', { assetKey: key('x') }),
      entry('Table', { table: [{ a: HOSTILE }] })
    ];
    const container = await draw();
    expect(container.textContent).toContain('m.n');
    expect(container.textContent).toContain('NaN');
    expect(container.querySelector('a[href^="javascript"]')).toBeNull();
    expect(isOnlyText(container)).toBe(true);
  });
});
