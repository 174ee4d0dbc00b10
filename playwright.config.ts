import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.e2e.ts',
  outputDir: 'test-results/end-to-end',
  reporter: [['list'], ['json']],
  // One window at a time: training wants the processor for itself.
  workers: 1,
  // A machine that is shared may stall a test; what fails twice is broken.
  retries: process.env['CI'] ? 1 : 0,
  timeout: 240_000,
  expect: { timeout: 15_000 },
})
