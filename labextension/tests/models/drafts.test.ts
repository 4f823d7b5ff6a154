import { StateDB } from '@jupyterlab/statedb';
import { describe, expect, it } from 'vitest';

import { DraftStore, type IDraft } from '../../src/models/drafts';

const ADDRESS = { location: 'a/b', repository: 'r', pipeline: 'p:q' };
const DRAFT: IDraft = { mode: 'dev', preset: 'small', selection: ['load'], tags: [{ key: 'k', value: 'v' }], yaml: 'solids: {}\n' };

describe('DraftStore', () => {
  it('gives back what was kept, for this pipeline only', async () => {
    const state = new StateDB();
    await new DraftStore(state).save(ADDRESS, DRAFT);
    const store = new DraftStore(state);
    expect(await store.load(ADDRESS)).toEqual(DRAFT);
    expect(await store.load({ ...ADDRESS, pipeline: 'other' })).toBeNull();
    await store.clear(ADDRESS);
    expect(await store.load(ADDRESS)).toBeNull();
  });

  it('works without a state database', async () => {
    const store = new DraftStore(null);
    await store.save(ADDRESS, DRAFT);
    expect(await store.load(ADDRESS)).toEqual(DRAFT);
  });

  it('takes only the right shape from a state that anybody may have written', async () => {
    const state = new StateDB();
    const store = new DraftStore(state);
    await store.save(ADDRESS, DRAFT);
    const [key] = Object.keys(await state.toJSON());
    await state.save(key, { mode: 7, yaml: 'x' });
    expect(await store.load(ADDRESS)).toBeNull();
    await state.save(key, { mode: 'm', yaml: 'x', selection: [1, 'a'], tags: [{ key: 'k' }, { key: 'k', value: 'v', more: 1 }] });
    expect(await store.load(ADDRESS)).toEqual({ mode: 'm', yaml: 'x', preset: '', selection: ['a'], tags: [{ key: 'k', value: 'v' }] });
  });
});
