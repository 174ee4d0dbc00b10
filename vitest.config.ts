/** Unit and integration tests; the end-to-end tests in test/e2e run in Electron with Playwright. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    environment: 'node',
    // A crash of a native library takes only its own file with it.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
