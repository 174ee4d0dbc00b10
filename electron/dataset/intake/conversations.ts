/**
 * Objects of the usual training files as rows of columns:
 * prompt/completion, OpenAI's chat `messages`, ShareGPT's `conversations`, Alpaca's and LLaMA-Factory's instruction,
 * input, output, system, history. Anything else keeps its keys as columns, nested values as JSON.
 *
 * @see https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md
 */

/** Without a prototype, so that any name can be a column's. */
export interface ObjectRow {
  readonly [column: string]: string
}

const askers = ['user', 'human', 'observation', 'tool', 'function', 'function_response']

interface Turn {
  readonly role: string
  readonly text: string
}

/** Null when it is no object. */
export function toRow(value: unknown): ObjectRow | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const fields = value as Record<string, unknown> // an object of JSON
  const turns = turnsOf(fields)
  if (turns) return conversationRow(fields, turns)
  const row = emptyRow()
  for (const [name, field] of Object.entries(fields)) {
    row[name] = name === 'history' ? historyText(field) : text(field)
  }
  return row
}

function emptyRow(): Record<string, string> {
  return Object.create(null) as Record<string, string> // it has nothing yet
}

function turnsOf(fields: Record<string, unknown>): Turn[] | null {
  return (
    turnsIn(fields['messages'], 'role', 'content') ??
    turnsIn(fields['conversations'], 'from', 'value')
  )
}

/**
 * Null when it is no list of objects that say whose turn it is. Looked at by hand: millions of rows are, and to have a
 * schema refuse each takes ten times as long as all the rest.
 */
function turnsIn(list: unknown, roleKey: string, contentKey: string): Turn[] | null {
  if (!Array.isArray(list)) return null
  const turns: Turn[] = []
  for (const item of list as unknown[]) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return null
    const fields = item as Record<string, unknown> // an object of JSON
    const role = fields[roleKey]
    if (typeof role !== 'string') return null
    turns.push({ role, text: contentText(fields[contentKey]) })
  }
  return turns
}

/** The last answer is the answer, what was asked before it the question; earlier turns are the history. */
function conversationRow(fields: Record<string, unknown>, turns: readonly Turn[]): ObjectRow {
  const isAnswer = ({ role }: Turn) => ['assistant', 'gpt', 'model', 'bot'].includes(role)
  const last = turns.findLastIndex(isAnswer)
  const end = last < 0 ? turns.length : last
  const asked = turns.slice(0, end).findLastIndex(({ role }) => askers.includes(role))
  const systems = turns.filter(({ role }) => role === 'system' || role === 'developer')
  const system = [text(fields['system']), ...systems.map((turn) => turn.text)].filter(Boolean)
  const before = turns.slice(0, Math.max(asked, 0)).filter((turn) => !systems.includes(turn))
  const row = emptyRow()
  row['prompt'] = turns[asked]?.text ?? ''
  row['completion'] = turns[last]?.text ?? ''
  if (system.length > 0) row['system'] = system.join('\n\n')
  if (before.length > 0) row['history'] = before.map(turnText).join('\n')
  for (const [name, field] of Object.entries(fields)) {
    if (['messages', 'conversations', 'system'].includes(name)) continue
    row[name in row ? `${name} (2)` : name] = text(field)
  }
  return row
}

function turnText({ role, text: said }: Turn): string {
  return `${role}: ${said}`
}

/** OpenAI's content is a string or a list of parts. */
function contentText(content: unknown): string {
  if (!Array.isArray(content)) return text(content)
  return content
    .map((part: unknown) => {
      const hasText = typeof part === 'object' && part !== null && 'text' in part
      return hasText ? text(part.text) : text(part)
    })
    .join('\n')
}

function historyText(value: unknown): string {
  if (!Array.isArray(value) || !value.every(isPair)) return text(value)
  return value.map(([asked, answered]) => `user: ${asked}\nassistant: ${answered}`).join('\n')
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string')
}

function text(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value, jsonSafe) : String(value)
}

function jsonSafe(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
