import type { z } from 'zod'

/** One plain-data argument, one plain-data result. */
export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O) {
  return { input, output }
}
