import { beforeEach, describe, expect, it } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { StepOutputModel } from '../../src/models/step_output';
import { run } from '../samples';
import { MemoryServer } from '../server';

const PATH = 'api/v1/runs/run-1/logs/load/stdout';

let server: MemoryServer;
let output: StepOutputModel;

function write(text: string | Uint8Array): void {
  const more = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const before = (server.files[PATH] as Uint8Array | undefined) ?? new Uint8Array();
  const all = new Uint8Array(before.length + more.length);
  all.set(before);
  all.set(more, before.length);
  server.files[PATH] = all;
}

beforeEach(() => {
  server = new MemoryServer({
    pipelineRunOrError: () =>
      run({ computeLogs: () => ({ stdout: { size: ((server.files[PATH] as Uint8Array | undefined) ?? []).length }, stderr: { size: 0 } }) })
  });
  output = new StepOutputModel(new OrchClient(server.settings()), 'run-1', 'load', 'STDOUT');
});

describe('output of a step that is polled', () => {
  it('goes on beyond what one answer holds', async () => {
    write('a'.repeat(400_000));
    await output.refetch();
    write('b'.repeat(300_000));
    await output.refetch();
    expect(output.text).toBe('a'.repeat(400_000) + 'b'.repeat(300_000));
    expect(output.cut).toBe(false);
  });

  it('begins near the end of a long one', async () => {
    write(`first\n${'x'.repeat(3_000_000)}last\n`);
    await output.refetch();
    expect(output.cut).toBe(true);
    expect(output.text).toHaveLength(1_000_000);
    expect(output.text.endsWith('last\n')).toBe(true);
    write('more\n');
    await output.refetch();
    expect(output.text.endsWith('last\nmore\n')).toBe(true);
  });

  it('waits for the rest of a character', async () => {
    const euro = new TextEncoder().encode('€');
    write('1 ');
    write(euro.slice(0, 2));
    await output.refetch();
    expect(output.text).toBe('1 ');
    write(euro.slice(2));
    await output.refetch();
    expect(output.text).toBe('1 €');
  });

  it('asks for nothing while nothing is new', async () => {
    write('a');
    await output.refetch();
    await output.refetch();
    expect(server.count(PATH)).toBe(1);
  });
});
