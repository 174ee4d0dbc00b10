/** Ctrl-C and a polite end by the system: commands that can be gone on with end in order. */
import { AppError } from '../../shared/errors.ts'

/** What shells expect of a program that Ctrl-C ended. */
export const interruptedExitCode = 130

/**
 * Runs `work` until it is done or interrupted; a second Ctrl-C ends the process at once.
 * @throws AppError Cancelled when it was interrupted
 */
export async function untilInterrupted<T>(work: Promise<T>): Promise<T> {
  let interrupt: () => void = () => undefined
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => reject(new AppError('Cancelled', 'Interrupted'))
  })
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, interrupt)
  try {
    return await Promise.race([work, interrupted])
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt)
  }
}
