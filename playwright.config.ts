import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.e2e.ts',
  outputDir: 'test-results/end-to-end',
  reporter: [['list'], ['json']],
  // One window at a time: training wants the processor for itself.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 15_000 },
})
