/** What the checks of a cell's text have in common. */
import type { FindingCode } from '../../../shared/dataset.ts'

/** A place in a text, and what its fix puts there; null where nothing can be repaired. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly replacement: string | null
}

export interface CellCheck {
  readonly code: FindingCode
  /** The check runs only on rows with one of these flags (kernel.ts); it may run on any. */
  readonly trigger: number
  /** Places in order, not overlapping. */
  find(text: string): Span[]
}

/** The text with the replacements made. */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  let result = ''
  let from = 0
  for (const { start, end, replacement } of spans) {
    if (replacement === null) continue
    result += text.slice(from, start) + replacement
    from = end
  }
  return result + text.slice(from)
}

/** All matches of a global expression, each with what replaces it; `replacement` may refuse a match with undefined. */
export function spansOf(
  text: string,
  expression: RegExp,
  replacement: (match: RegExpMatchArray) => string | null | undefined,
): Span[] {
  const spans: Span[] = []
  expression.lastIndex = 0
  // Not matchAll, which makes the expression anew for every text.
  for (let match = expression.exec(text); match; match = expression.exec(text)) {
    if (match[0] === '') expression.lastIndex += 1
    const replaced = replacement(match)
    if (replaced === undefined) continue
    spans.push({ start: match.index, end: match.index + match[0].length, replacement: replaced })
  }
  return spans
}
