/** What AWS's trainers refuse of the data that they are given; null when there is nothing to refuse. */
import { parse } from 'csv-parse/sync'
import type { ObjectStore } from './objectStore.ts'

export interface CheckedData {
  readonly rows: number
  readonly reason: string | null
}

/** Autopilot: CSV with the columns `input` and `output`, at most so many rows over all channels. */
export function checkAutopilotData(
  objects: ObjectStore,
  uris: readonly string[],
  mostRows: number,
): CheckedData {
  let rows = 0
  for (const uri of uris) {
    const found = objects.under(uri)
    if (found.length === 0) return { rows, reason: `ClientError: No objects were found at ${uri}` }
    for (const { key, object } of found) {
      const table: string[][] = parse(object.body, { bom: true })
      const [header = [], ...body] = table
      if (header.length !== 2 || !header.includes('input') || !header.includes('output'))
        return {
          rows,
          reason: `ClientError: ${key} must have exactly the columns input and output, and has ${header.join(', ')}`,
        }
      rows += body.length
    }
  }
  return rows > mostRows
    ? {
        rows,
        reason: `ClientError: The dataset has ${rows} rows, more than the ${mostRows} that this base model allows`,
      }
    : { rows, reason: null }
}

/** JumpStart: JSON Lines, and a template whose places are keys of every line. */
export function checkJumpStartData(objects: ObjectStore, uri: string): CheckedData {
  const found = objects.under(uri)
  const lines = found
    .filter(({ key }) => key.endsWith('.jsonl'))
    .flatMap(({ object }) => parseLines(object.body))
  if (lines.length === 0) return { rows: 0, reason: `AlgorithmError: no .jsonl file under ${uri}` }
  const template = found.find(({ key }) => key.endsWith('/template.json'))
  const needed = template
    ? [...template.object.body.toString('utf8').matchAll(/\{(\w+)\}/g)].map(
        (match) => match[1] ?? '',
      )
    : ['instruction', 'context', 'response']
  return { rows: lines.length, reason: missingKey(lines, needed) }
}

/** Serverless customization: `prompt` and `completion`, or `messages`. */
export function checkServerlessData(objects: ObjectStore, uri: string): CheckedData {
  const lines = objects.under(uri).flatMap(({ object }) => parseLines(object.body))
  if (lines.length === 0) return { rows: 0, reason: `ClientError: no records under ${uri}` }
  const needed = lines.some((line) => 'messages' in line) ? ['messages'] : ['prompt', 'completion']
  return { rows: lines.length, reason: missingKey(lines, needed) }
}

export type BedrockFormat = 'pairs' | 'converse' | 'claude'

/** Bedrock: the family's own shape, and its limits of records. */
export function checkBedrockData(
  objects: ObjectStore,
  uri: string,
  format: BedrockFormat,
  limits: { readonly min: number; readonly max: number },
): CheckedData {
  const lines = objects.under(uri).flatMap(({ object }) => parseLines(object.body))
  const rows = lines.length
  if (rows < limits.min || rows > limits.max)
    return {
      rows,
      reason: `The training data has ${rows} records; between ${limits.min} and ${limits.max} are needed.`,
    }
  const isRight = (line: Readonly<Record<string, unknown>>): boolean => {
    switch (format) {
      case 'pairs':
        return typeof line['prompt'] === 'string' && typeof line['completion'] === 'string'
      case 'converse':
        return (
          line['schemaVersion'] === 'bedrock-conversation-2024' &&
          hasTurns(
            line,
            (content) =>
              Array.isArray(content) &&
              content.every(
                (part: unknown) => typeof (part as { text?: unknown }).text === 'string',
              ),
          )
        )
      case 'claude':
        return hasTurns(line, (content) => typeof content === 'string')
    }
  }
  const wrong = lines.findIndex((line) => !isRight(line))
  return {
    rows,
    reason:
      wrong < 0
        ? null
        : `Line ${wrong + 1} of the training data has not the format of the base model.`,
  }
}

/** A question of the user and an answer of the assistant, in turn. */
function hasTurns(
  line: Readonly<Record<string, unknown>>,
  isContent: (content: unknown) => boolean,
): boolean {
  const messages = line['messages']
  if (!Array.isArray(messages) || messages.length < 2) return false
  return messages.every((message: unknown, index) => {
    const { role, content } = message as { role?: unknown; content?: unknown }
    return role === (index % 2 === 0 ? 'user' : 'assistant') && isContent(content)
  })
}

function parseLines(body: Buffer): Record<string, unknown>[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

function missingKey(
  lines: readonly Readonly<Record<string, unknown>>[],
  needed: readonly string[],
): string | null {
  for (const [index, line] of lines.entries())
    for (const key of needed)
      if (!(key in line)) return `AlgorithmError: KeyError: '${key}' in line ${index + 1}`
  return null
}
