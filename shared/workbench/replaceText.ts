/** Find and replace in one text: literal, as typed. */
import type { Replacement } from './edits.ts'

export interface Replacer {
  /** How often it occurs. */
  count(text: string): number
  replace(text: string): string
}

export function createReplacer(replacement: Omit<Replacement, 'column'>): Replacer {
  const { find, matchCase, wholeCell } = replacement
  const literal = find.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  const pattern = new RegExp(wholeCell ? `^${literal}$` : literal, matchCase ? 'gu' : 'giu')
  // Most texts don't have it, and looking is cheaper than matching.
  const first = matchCase ? find : null
  const mayHave = (text: string) => first === null || text.includes(first)
  return {
    count: (text) => (mayHave(text) ? (text.match(pattern)?.length ?? 0) : 0),
    replace: (text) =>
      mayHave(text) ? text.replace(pattern, () => replacement.replacement) : text,
  }
}
