/** Search's expressions over resources as their Describe answers them: filters by property, joined by And and Or. */
import { z } from 'zod'
import { validationError } from './serviceError.ts'

const mostElements = 20
const operators = [
  'Equals',
  'NotEquals',
  'GreaterThan',
  'GreaterThanOrEqualTo',
  'LessThan',
  'LessThanOrEqualTo',
  'Contains',
  'Exists',
  'NotExists',
  'In',
] as const
type Operator = (typeof operators)[number]

const propertyName = z.string().min(1).max(255).regex(/^.+$/)
const filterSchema = z.object({
  Name: propertyName,
  Operator: z.enum(operators).optional(),
  Value: z.string().min(1).max(1024).regex(/^.+$/).optional(),
})
type Filter = z.output<typeof filterSchema>

export const searchExpressionSchema = z.object({
  Filters: z.array(filterSchema).min(1).max(mostElements).optional(),
  NestedFilters: z
    .array(
      z.object({
        NestedPropertyName: propertyName,
        Filters: z.array(filterSchema).min(1).max(mostElements),
      }),
    )
    .min(1)
    .max(mostElements)
    .optional(),
  get SubExpressions() {
    return z.array(searchExpressionSchema).min(1).max(mostElements).optional()
  },
  Operator: z.enum(['And', 'Or']).default('And'),
})
export type SearchExpression = z.output<typeof searchExpressionSchema>

/** A resource in the form in which Search answers it; times are seconds since 1970. */
export type SearchRecord = Readonly<Record<string, unknown>>

/** @throws ServiceError ValidationException for what no record could answer, such as a word compared with a number */
export function satisfies(
  record: SearchRecord,
  expression: SearchExpression,
  isKnown: (property: string) => boolean,
): boolean {
  const { Filters = [], NestedFilters = [], SubExpressions = [], Operator } = expression
  const count = Filters.length + NestedFilters.length + SubExpressions.length
  if (count === 0) {
    throw validationError('A SearchExpression needs a filter, a nested filter or a subexpression.')
  }
  if (count > mostElements) {
    throw validationError(`A SearchExpression has at most ${mostElements} elements.`)
  }
  for (const { Name } of Filters) requireKnown(Name, isKnown)
  for (const { NestedPropertyName } of NestedFilters) requireKnown(NestedPropertyName, isKnown)
  // All of them, whatever the first ones say: a defective filter is refused on every record.
  const results = [
    ...Filters.map((filter) => matches(record, filter.Name, filter)),
    ...NestedFilters.map((nested) =>
      valuesAt(record, nested.NestedPropertyName).some((element) =>
        nested.Filters.every((filter) =>
          matches(element, withoutPrefix(filter.Name, nested.NestedPropertyName), filter),
        ),
      ),
    ),
    ...SubExpressions.map((expressionWithin) => satisfies(record, expressionWithin, isKnown)),
  ]
  return Operator === 'And' ? results.every(Boolean) : results.some(Boolean)
}

export function requireKnown(property: string, isKnown: (name: string) => boolean): void {
  if (!isKnown(property.split('.')[0] ?? '')) {
    throw validationError(`Unknown property name: ${property}.`)
  }
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name
}

/**
 * What stands at a dotted path; of a list every element. Keys may hold dots themselves (`Metrics.train:loss.best`), so at
 * each step the whole rest is tried as one key first.
 */
export function valuesAt(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path))
  if (typeof value !== 'object' || value === null) return []
  if (Object.hasOwn(value, path)) {
    const found: unknown = value[path as keyof typeof value]
    return Array.isArray(found) ? found : found === undefined ? [] : [found]
  }
  const dot = path.indexOf('.')
  const first = path.slice(0, dot)
  if (dot < 0 || !Object.hasOwn(value, first)) return []
  return valuesAt(value[first as keyof typeof value], path.slice(dot + 1))
}

function matches(record: unknown, path: string, filter: Filter): boolean {
  const found = valuesAt(record, path)
  const operator = filter.Operator ?? (filter.Value === undefined ? 'Exists' : 'Equals')
  if (operator === 'Exists') return found.length > 0
  if (operator === 'NotExists') return found.length === 0
  if (filter.Value === undefined) {
    throw validationError(`The operator ${operator} needs a Value.`)
  }
  const { Name, Value } = filter
  switch (operator) {
    case 'NotEquals':
      return !found.some((value) => compare(Name, value, Value) === 0)
    case 'In': {
      const wanted = Value.split(',').map((one) => one.trim())
      return found.some((value) => wanted.some((one) => compare(Name, value, one) === 0))
    }
    case 'Contains':
      return found.some((value) => String(value).includes(Value))
    case 'Equals':
      return found.some((value) => compare(Name, value, Value) === 0)
    default:
      return found.some((value) => isInOrder(operator, compareNumbers(Name, value, Value)))
  }
}

function isInOrder(
  operator: Exclude<Operator, 'Equals' | 'NotEquals' | 'Contains' | 'Exists' | 'NotExists' | 'In'>,
  order: number,
): boolean {
  switch (operator) {
    case 'GreaterThan':
      return order > 0
    case 'GreaterThanOrEqualTo':
      return order >= 0
    case 'LessThan':
      return order < 0
    case 'LessThanOrEqualTo':
      return order <= 0
  }
}

/** Zero where both are the same; otherwise of no meaning for text. */
function compare(name: string, actual: unknown, wanted: string): number {
  const isComparable =
    typeof actual === 'number' ||
    (isDecimal(wanted) && typeof actual === 'string' && isDecimal(actual))
  if (isComparable) return compareNumbers(name, actual, wanted)
  return String(actual) === wanted ? 0 : Number.NaN
}

function compareNumbers(name: string, actual: unknown, wanted: string): number {
  if (name.endsWith('Time')) return Number(actual) - secondsOf(name, wanted)
  if (!isDecimal(wanted)) {
    throw validationError(`${name} is compared with a number, which "${wanted}" is not.`)
  }
  // A decimal text (a hyperparameter) is cut off before it is compared with an integer, as AWS does.
  const isInteger = /^[+-]?\d+$/.test(wanted)
  const value =
    typeof actual === 'string' && isInteger ? Math.trunc(Number(actual)) : Number(actual)
  return value - Number(wanted)
}

function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
}

/** ISO 8601, in UTC where it names no zone. */
function secondsOf(name: string, text: string): number {
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text)
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const ms = /^\d{4}-/.test(text) ? Date.parse(hasZone || isDay ? text : `${text}Z`) : Number.NaN
  if (Number.isNaN(ms)) {
    throw validationError(`${name} is compared with an ISO 8601 time, which "${text}" is not.`)
  }
  return ms / 1000
}
