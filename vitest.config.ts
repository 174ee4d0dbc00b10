/** Unit and integration tests; the end-to-end tests in test/e2e run in Electron with Playwright. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    environment: 'node',
    // A crash of a native library takes only its own file with it.
    pool: 'forks',
    // A machine that is shared may stall a test of several processes; what fails twice is broken.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
