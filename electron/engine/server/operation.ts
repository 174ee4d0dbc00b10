/** An operation of a JSON protocol: its input's schema and what answers it. */
import { z } from 'zod'
import type { EngineContext } from './engineContext.ts'
import { validationError } from './serviceError.ts'

export type OperationAnswer = Readonly<Record<string, unknown>>

export interface Operation {
  run(context: EngineContext, input: unknown): Promise<OperationAnswer>
}

export function operation<I extends z.ZodType>(
  schema: I,
  run: (context: EngineContext, input: z.output<I>) => OperationAnswer | Promise<OperationAnswer>,
): Operation {
  return {
    async run(context, input) {
      const parsed = schema.safeParse(input)
      if (!parsed.success) throw validationError(describeIssues(parsed.error))
      return run(context, parsed.data)
    },
  }
}

/** In AWS's words: `1 validation error detected: Value at 'trainingJobName' failed to satisfy constraint: ...` */
function describeIssues(error: z.ZodError): string {
  const count = error.issues.length
  const found = error.issues
    .slice(0, 5)
    .map((issue) => {
      const place = issue.path
        .map((part, index) => {
          const text = String(part)
          return index === 0 ? text.charAt(0).toLowerCase() + text.slice(1) : text
        })
        .join('.')
      return `Value at '${place}' failed to satisfy constraint: ${issue.message}`
    })
    .join('; ')
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${found}`
}

/** JSON protocols write times as seconds since 1970. */
export function epochSeconds(ms: number): number {
  return ms / 1000
}
