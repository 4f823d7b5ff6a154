import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    // One import of JupyterLab's packages for all files: it is most of the time.
    isolate: false,
    pool: 'threads',
    maxWorkers: 1,
    css: false,
    // A busy machine is no failure.
    testTimeout: 60_000,
    server: { deps: { inline: [/@jupyterlab/, /@lumino/, /@jupyter\//] } }
  }
});
