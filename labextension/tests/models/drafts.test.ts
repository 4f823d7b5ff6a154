import { StateDB } from '@jupyterlab/statedb';
import { describe, expect, it } from 'vitest';

import { DraftStore, type IDraftBook } from '../../src/models/drafts';

const ADDRESS = { location: 'a/b', repository: 'r', pipeline: 'p:q' };
const DRAFT = { name: 'small', mode: 'dev', preset: 'small', selection: ['load'], tags: [{ key: 'k', value: 'v' }], yaml: 'solids: {}\n' };
const BOOK: IDraftBook = { drafts: [DRAFT, { ...DRAFT, name: 'large' }], current: 1 };

describe('DraftStore', () => {
  it('gives back what was kept, for this pipeline only', async () => {
    const state = new StateDB();
    await new DraftStore(state).save(ADDRESS, BOOK);
    const store = new DraftStore(state);
    expect(await store.load(ADDRESS)).toEqual(BOOK);
    expect(await store.load({ ...ADDRESS, pipeline: 'other' })).toBeNull();
    await store.clear(ADDRESS);
    expect(await store.load(ADDRESS)).toBeNull();
  });

  it('works without a state database', async () => {
    const store = new DraftStore(null);
    await store.save(ADDRESS, BOOK);
    expect(await store.load(ADDRESS)).toEqual(BOOK);
  });

  it('takes only the right shape from a state that anybody may have written', async () => {
    const state = new StateDB();
    const store = new DraftStore(state);
    await store.save(ADDRESS, BOOK);
    const [key] = Object.keys(await state.toJSON());
    for (const bad of [{ drafts: [{ mode: 7, yaml: 'x' }], current: 0 }, { drafts: [] }, { drafts: 'x' }, { mode: 'm' }]) {
      await state.save(key, bad);
      expect(await store.load(ADDRESS)).toBeNull();
    }
    await state.save(key, { drafts: [{ mode: 'm', yaml: 'x', selection: [1, 'a'], tags: [{ key: 'k' }, { key: 'k', value: 'v', more: 1 }] }], current: 9 });
    const read = { name: '', mode: 'm', yaml: 'x', preset: '', selection: ['a'], tags: [{ key: 'k', value: 'v' }] };
    expect(await store.load(ADDRESS)).toEqual({ drafts: [read], current: 0 });
  });
});
