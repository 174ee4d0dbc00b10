/** Asks an endpoint that may have no machine, until there is one. */
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'

/** About ten minutes were reported; a scarce machine takes longer. */
const longestWaitMs = 30 * 60_000

/**
 * Each refusal is what has AWS start a machine, so that it is asked again and again.
 *
 * @param onWaking each time that it was refused
 * @throws AppError EndpointAsleep when none came in half an hour, Cancelled, and what `ask` throws
 */
export async function* whenAwake<T>(
  ask: () => AsyncIterable<T>,
  signal: AbortSignal,
  pollMs: number,
  onWaking: () => void,
): AsyncGenerator<T> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    try {
      yield* ask()
      return
    } catch (error) {
      // Nothing was answered: there is nobody yet who could have begun to.
      const isAsleep = error instanceof AppError && error.code === 'EndpointAsleep'
      if (!isAsleep || waitedMs >= longestWaitMs) throw error
      onWaking()
      await wait(pollMs, undefined, { signal }).catch(() => {
        throw new AppError('Cancelled', 'It was withdrawn')
      })
    }
  }
}
