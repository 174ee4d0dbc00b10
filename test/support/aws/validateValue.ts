/** A value held against a shape of AWS's service model: types, required and unknown members, lengths, ranges, patterns, enums. */
import { shapeOf, type ServiceModel, type Shape } from './serviceModel.ts'

export interface Problem {
  /** Where: `InputDataConfig[0].ChannelName`. */
  readonly path: string
  readonly message: string
}

/** Every problem at once; none when AWS's own model accepts it. */
export function validateValue(
  model: ServiceModel,
  shapeName: string,
  value: unknown,
  path = '',
): Problem[] {
  const shape = shapeOf(model, shapeName)
  const problem = (message: string): Problem[] => [{ path, message }]
  switch (shape.type) {
    case 'structure':
      return isRecord(value)
        ? validateStructure(model, shape, value, path)
        : problem('is not an object')
    case 'list':
      if (!Array.isArray(value)) return problem('is not a list')
      return [
        ...validateSize(shape, value.length, path, 'entries'),
        ...value.flatMap((entry: unknown, index) =>
          shape.member ? validateValue(model, shape.member.shape, entry, `${path}[${index}]`) : [],
        ),
      ]
    case 'map': {
      if (!isRecord(value)) return problem('is not a map')
      const entries = Object.entries(value)
      return [
        ...validateSize(shape, entries.length, path, 'entries'),
        ...entries.flatMap(([key, entry]) => [
          ...(shape.key ? validateValue(model, shape.key.shape, key, `${path}{${key}}`) : []),
          ...(shape.value ? validateValue(model, shape.value.shape, entry, `${path}.${key}`) : []),
        ]),
      ]
    }
    case 'string':
      return typeof value === 'string'
        ? validateString(shape, value, path)
        : problem('is not a string')
    case 'integer':
    case 'long':
    case 'short':
      return typeof value === 'number' && Number.isInteger(value)
        ? validateRange(shape, value, path)
        : problem('is not an integer')
    case 'float':
    case 'double':
      return typeof value === 'number' && Number.isFinite(value)
        ? validateRange(shape, value, path)
        : problem('is not a number')
    case 'boolean':
      return typeof value === 'boolean' ? [] : problem('is not a boolean')
    case 'timestamp':
      return isTimestamp(value) ? [] : problem('is not a timestamp')
    case 'blob':
      return typeof value === 'string' || value instanceof Uint8Array
        ? []
        : problem('is not a blob')
    default:
      return problem(`has a type that is not known: ${shape.type}`)
  }
}

function validateStructure(
  model: ServiceModel,
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Problem[] {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined)
  const problems: Problem[] = shape.required
    .filter((name) => value[name] === undefined || value[name] === null)
    .map((name) => ({ path: at(name), message: 'is required' }))
  if (shape.union && given.length !== 1)
    problems.push({ path, message: `must have one member, not ${given.length}` })
  for (const [name, entry] of given) {
    const reference = shape.members[name]
    if (!reference) problems.push({ path: at(name), message: 'is not a member' })
    else if (entry === null) problems.push({ path: at(name), message: 'is null' })
    else problems.push(...validateValue(model, reference.shape, entry, at(name)))
  }
  return problems
}

function validateString(shape: Shape, value: string, path: string): Problem[] {
  const problems = validateSize(shape, [...value].length, path, 'characters')
  if (shape.enum && !shape.enum.includes(value))
    problems.push({
      path,
      message: `"${value}" is not one of ${shape.enum.slice(0, 12).join(', ')}`,
    })
  const pattern = shape.pattern === undefined ? null : compilePattern(shape.pattern)
  if (pattern && !pattern.test(value))
    problems.push({ path, message: `"${value}" does not match ${shape.pattern}` })
  return problems
}

function validateSize(shape: Shape, size: number, path: string, unit: string): Problem[] {
  if (shape.min !== undefined && size < shape.min)
    return [{ path, message: `has ${size} ${unit}, fewer than ${shape.min}` }]
  if (shape.max !== undefined && size > shape.max)
    return [{ path, message: `has ${size} ${unit}, more than ${shape.max}` }]
  return []
}

function validateRange(shape: Shape, value: number, path: string): Problem[] {
  if (shape.min !== undefined && value < shape.min)
    return [{ path, message: `is ${value}, less than ${shape.min}` }]
  if (shape.max !== undefined && value > shape.max)
    return [{ path, message: `is ${value}, more than ${shape.max}` }]
  return []
}

const compiled = new Map<string, RegExp | null>()

/**
 * AWS writes Java's expressions and means the whole string. A few of them are not JavaScript's: the POSIX classes are
 * translated, a length after `$` (a slip in IAM's and the scheduler's model) is taken off, since min and max say it too.
 */
function compilePattern(pattern: string): RegExp | null {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const source = pattern
    .replaceAll(/\\p\{(Alnum|Print|Alpha|Digit|Graph)\}/g, (_, name: string, at: number) =>
      isInBrackets(pattern, at) ? (posixClasses[name] ?? '') : `[${posixClasses[name] ?? ''}]`,
    )
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replace(/\$\{\d+,\d+\}$/, '$')
  let expression: RegExp | null = null
  for (const flags of ['su', 's']) {
    try {
      expression = new RegExp(`^(?:${source})$`, flags)
      break
    } catch {
      // Without the u flag JavaScript takes escapes that it does not need.
    }
  }
  compiled.set(pattern, expression)
  return expression
}

function isInBrackets(pattern: string, at: number): boolean {
  const before = pattern.slice(0, at).replaceAll(/\\./g, '')
  return before.lastIndexOf('[') > before.lastIndexOf(']')
}

const posixClasses: Readonly<Record<string, string>> = {
  Alnum: 'A-Za-z0-9',
  Print: '\\x20-\\x7E',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Graph: '\\x21-\\x7E',
}

/** Patterns of the models that could not be used; the test of this file says that there are none. */
export function isUsablePattern(pattern: string): boolean {
  return compilePattern(pattern) !== null
}

function isTimestamp(value: unknown): boolean {
  if (value instanceof Date) return true
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}
