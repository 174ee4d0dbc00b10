/** Collects findings: counts all places, keeps the first ones as examples. */
import {
  findingCodeSchema,
  type Finding,
  type FindingCode,
  type FindingExample,
  type Severity,
} from '../../shared/dataset.ts'

export const maxExamples = 50

const severities: Readonly<Record<FindingCode, Severity>> = {
  'utf-16-encoding': 'warning',
  'legacy-encoding': 'warning',
  'byte-order-mark': 'info',
  'invalid-utf8': 'warning',
  'control-character': 'warning',
  'unreadable-row': 'error',
  'unbalanced-quote': 'error',
  'ragged-row': 'error',
  secret: 'error',
  'empty-question': 'error',
  'empty-answer': 'error',
  'duplicate-row': 'warning',
  'repeated-pair': 'warning',
  'conflicting-answer': 'warning',
  'answer-repeats-question': 'warning',
  'split-leakage': 'warning',
  mojibake: 'warning',
  'lost-character': 'warning',
  markup: 'warning',
  'email-address': 'warning',
  'phone-number': 'warning',
  'payment-card': 'warning',
  'national-id': 'warning',
  'blank-row': 'warning',
  'trailing-newline': 'info',
  'odd-space': 'info',
  'edge-space': 'info',
  'extra-newline': 'info',
  'formula-cell': 'info',
  'long-row': 'info',
  'short-row': 'info',
  'mixed-languages': 'info',
  'label-like-answers': 'info',
  'too-few-rows': 'info',
  'more-rows-than-model': 'info',
}
/** Nothing can be done about them with one click. */
const unrepairable: readonly FindingCode[] = [
  'unreadable-row',
  'conflicting-answer',
  'lost-character',
]
/** They ask for nothing. */
const advisory: readonly FindingCode[] = [
  'formula-cell',
  'long-row',
  'short-row',
  'mixed-languages',
  'label-like-answers',
  'too-few-rows',
  'more-rows-than-model',
]

export class FindingCollector {
  readonly #found = new Map<FindingCode, { count: number; examples: FindingExample[] }>()

  /** The example is made only while there is room for it. */
  add(code: FindingCode, example: () => FindingExample, count = 1): void {
    const { examples } = this.count(code, count)
    if (examples.length < maxExamples) examples.push(example())
  }

  /** Counts places that are not shown. */
  count(code: FindingCode, places: number): { count: number; examples: FindingExample[] } {
    const entry = this.#found.get(code) ?? { count: 0, examples: [] }
    this.#found.set(code, entry)
    entry.count += places
    return entry
  }

  /** Where a verdict comes late: keeps the first places in file order. */
  addLate(code: FindingCode, line: number, example: () => FindingExample): void {
    const { examples } = this.count(code, 1)
    const last = examples.at(-1)
    if (examples.length === maxExamples && last && last.line < line) return
    examples.push(example())
    examples.sort((a, b) => a.line - b.line)
    examples.splice(maxExamples)
  }

  /** @param unfixable codes whose fix would do harm here */
  list(unfixable: ReadonlySet<FindingCode>): { findings: Finding[]; advice: Finding[] } {
    const all = findingCodeSchema.options.flatMap((code): Finding[] => {
      const entry = this.#found.get(code)
      if (!entry) return []
      const isHarmful = unfixable.has(code)
      const fixable = !isHarmful && !unrepairable.includes(code) && !advisory.includes(code)
      return [{ code, severity: isHarmful ? 'error' : severities[code], ...entry, fixable }]
    })
    return {
      findings: all.filter(({ code }) => !advisory.includes(code)),
      advice: all.filter(({ code }) => advisory.includes(code)),
    }
  }
}

/** Entries of a file that its format's reader could not read. */
export function unreadableRows(
  count: number,
  first: readonly { line: number; text: string }[],
): Finding {
  const examples = first.map(({ line, text }) => ({
    line,
    row: null,
    column: null,
    before: text,
    after: null,
  }))
  return { code: 'unreadable-row', severity: 'error', count, fixable: false, examples }
}
