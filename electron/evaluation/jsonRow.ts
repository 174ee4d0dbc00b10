/** One line of a JSON Lines file from elsewhere. */

export type JsonRow = Readonly<Record<string, unknown>>

/** Also of numbers and truth values, as fmeval writes them; null where there is no such field. */
export function stringField(row: JsonRow, name: string): string | null {
  const value = row[name]
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'number' ? String(value) : null
}
