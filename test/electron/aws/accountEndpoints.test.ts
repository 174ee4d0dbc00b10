import { expect, test, vi } from 'vitest'
import { deleteForeignComponent } from '../../../electron/aws/accountEndpoints.ts'
import type { Connection } from '../../../electron/aws/workspace.ts'

const waits = vi.hoisted(() => ({ count: 0, onWait: () => {} }))

// Twenty minutes of it, at once.
vi.mock('node:timers/promises', () => ({
  async setTimeout(_ms: number, _value: unknown, { signal }: { readonly signal: AbortSignal }) {
    waits.count += 1
    waits.onWait()
    signal.throwIfAborted()
  },
}))

/** An account with one component that never goes away. */
const connection = {
  clients: {
    sageMaker: {
      send: async () => ({
        InferenceComponentStatus: 'Deleting',
        Specification: { ModelName: 'timbre-lost' },
        $metadata: {},
      }),
    },
  },
} as unknown as Connection

test('whoever waits for a component that never goes away is told so after twenty minutes', async () => {
  waits.count = 0
  const { signal } = new AbortController()
  await expect(
    deleteForeignComponent(connection, 'timbre-lost', { pollMs: 60_000, signal }),
  ).rejects.toMatchObject({ code: 'AwsUnavailable' })
  expect(waits.count).toBe(20)
})

test('the wait for a component ends with the program', async () => {
  waits.count = 0
  const closing = new AbortController()
  waits.onWait = () => closing.abort()
  await expect(
    deleteForeignComponent(connection, 'timbre-lost', { pollMs: 60_000, signal: closing.signal }),
  ).rejects.toMatchObject({ code: 'Cancelled' })
  expect(waits.count).toBe(1)
})
