import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { PageConfig } from '@jupyterlab/coreutils';
import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';

import { MetadataList } from '../../src/components/metadata';
import { contentsPathOf, type IMetadata } from '../../src/models/metadata';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let orch: ReturnType<typeof orchOn>;

beforeEach(() => {
  // A parser that lets everything through: what is harmless afterwards, the sanitizer has made so.
  const renderers = new RenderMimeRegistry({ initialFactories: standardRendererFactories, markdownParser: { render: async text => text } });
  orch = { ...orchOn(new MemoryServer()), renderers } as ReturnType<typeof orchOn>;
});

async function draw(...entries: [string, unknown][]): Promise<HTMLElement> {
  const list: IMetadata[] = entries.map(([kind, value]) => ({ label: `${kind} entry`, description: '', kind, value }));
  const { container } = show(orch, <MetadataList entries={list} />);
  await act(async () => Promise.resolve());
  return container;
}

describe('particulars', () => {
  it('are Markdown without what could become code', async () => {
    const container = await draw(['md', `<b>fat</b> <script>window.__broken = 1</script><img src="data:image/png;base64,AA" onerror="window.__broken=1"><a href="javascript:window.__broken=1">go</a><img class="b" src="javascript:window.__broken=1"><a class="c" href="/a/b#c:d">in</a>`]);
    await expect.poll(() => container.querySelector('b')?.textContent).toBe('fat');
    expect(container.querySelector('script')).toBeNull();
    expect(container.querySelector('img')?.getAttributeNames()).not.toContain('onerror');
    expect(container.querySelector('a')?.getAttribute('href') ?? '').not.toContain('javascript');
    await expect.poll(() => [...container.querySelectorAll('[src]')].map(one => one.getAttribute('src'))).toEqual(['data:image/png;base64,AA']);
    expect('__broken' in window).toBe(false);
  });

  it('lead to assets, runs and files below the server\'s folder', async () => {
    PageConfig.setOption('serverRoot', '/work/lab');
    await draw(['asset', ['sales', 'monthly']], ['run', '0123456789abcdef'], ['path', '/work/lab/out/a.csv'], ['path', '/etc/passwd']);
    fireEvent.click(screen.getByRole('button', { name: 'sales / monthly' }));
    expect(orch.open.assets).toHaveBeenCalledWith(['sales', 'monthly']);
    fireEvent.click(screen.getByRole('button', { name: '01234567' }));
    expect(orch.open.run).toHaveBeenCalledWith('0123456789abcdef');
    fireEvent.click(screen.getByRole('button', { name: '/work/lab/out/a.csv' }));
    expect(orch.open.file).toHaveBeenCalledWith('out/a.csv');
    expect(screen.queryByRole('button', { name: '/etc/passwd' })).toBeNull();
  });

  it('are tables, numbers, JSON, links and names', async () => {
    const container = await draw(
      ['table', [{ month: 'May', rows: 7 }]],
      ['int', 1234567],
      ['json', { a: [1] }],
      ['url', 'https://example.org/x'],
      ['python', { module: 'shop.models', name: 'Order' }]
    );
    expect(screen.getByRole('table', { name: 'table entry' }).textContent).toBe('monthrowsMay7');
    expect(screen.getByRole('link').getAttribute('href')).toBe('https://example.org/x');
    ['1,234,567', '"a": [', 'shop.models.Order'].forEach(text => expect(container.textContent).toContain(text));
  });

  it.each(['text', 'url', 'path', 'json', 'float', 'int', 'python', 'asset', 'run', 'table', 'notebook', 'made up'])('keep a hostile %s as text', async kind => {
    for (const value of [HOSTILE, { [HOSTILE]: HOSTILE }, [{ [HOSTILE]: HOSTILE }], null]) {
      expect(isOnlyText(await draw([kind, value]))).toBe(true);
    }
  });
});

describe('a path in the file browser', () => {
  it.each([
    ['/work/lab/a/b.csv', '/work/lab', 'a/b.csv'],
    ['/work/lab/a.csv', '/work/lab/', 'a.csv'],
    ['/home/ada/lab/a.csv', '~/lab', 'a.csv'],
    ['/root/a.csv', '~', 'a.csv'],
    ['/work/labor/a.csv', '/work/lab', null],
    ['/work/lab/../x', '/work/lab', null],
    ['/work/lab', '/work/lab', null],
    ['a.csv', '/work/lab', null],
    ['/srv/a.csv', '~', null],
    ['/a.csv', '', null]
  ])('%s below %s', (path, root, expected) => expect(contentsPathOf(path, root)).toBe(expected));
});
