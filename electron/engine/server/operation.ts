/** An operation of a JSON protocol: its input's schema and what answers it. */
import type { z } from 'zod'
import type { EngineContext } from './engineContext.ts'
import { validationError } from './serviceError.ts'

const mostIssues = 5
const longestValue = 256

export type OperationAnswer = Readonly<Record<string, unknown>>

export interface Operation {
  /** What it takes; for whoever has to write inputs without knowing the operation. */
  readonly schema: z.ZodType
  run(context: EngineContext, input: unknown): Promise<OperationAnswer>
}

export function operation<I extends z.ZodType>(
  schema: I,
  run: (context: EngineContext, input: z.output<I>) => OperationAnswer | Promise<OperationAnswer>,
): Operation {
  return {
    schema,
    async run(context, input) {
      const parsed = schema.safeParse(input, { reportInput: true })
      if (!parsed.success) throw validationError(describeIssues(parsed.error))
      return run(context, parsed.data)
    },
  }
}

/** In AWS's words: `1 validation error detected: Value 'x' at 'trainingJobName' failed to satisfy constraint: ...` */
export function describeIssues(error: z.ZodError): string {
  const count = error.issues.length
  const found = error.issues.slice(0, mostIssues).map((issue) => {
    const shown = isPlain(issue.input) ? `'${String(issue.input).slice(0, longestValue)}' ` : ''
    const value = issue.input === undefined || issue.input === null ? 'null ' : shown
    return `Value ${value}at '${placeOf(issue)}' failed to satisfy constraint: ${constraintOf(issue)}`
  })
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${found.join('; ')}`
}

/** AWS writes members in lower camel case and counts list elements from one. */
function placeOf(issue: z.core.$ZodIssue): string {
  return issue.path
    .map((part) =>
      typeof part === 'number'
        ? `${part + 1}.member`
        : String(part).charAt(0).toLowerCase() + String(part).slice(1),
    )
    .join('.')
}

function constraintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined || issue.input === null
        ? 'Member must not be null'
        : `Member must be of type ${issue.expected}`
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `Member must have value less than or equal to ${issue.maximum}`
        : `Member must have length less than or equal to ${issue.maximum}`
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `Member must have value greater than or equal to ${issue.minimum}`
        : `Member must have length greater than or equal to ${issue.minimum}`
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${(issue.pattern ?? '').replace(/^\/\^?|\$?\/[a-z]*$/g, '')}`
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.join(', ')}]`
    default:
      return issue.message
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** JSON protocols write times as seconds since 1970. */
export function epochSeconds(ms: number): number {
  return ms / 1000
}
