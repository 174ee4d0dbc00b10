/** Collects findings: counts all places, keeps the first ones as examples. */
import type { Finding, FindingCode, FindingExample, Severity } from '../../shared/dataset.ts'

export const maxExamples = 50

/** In the order in which they are shown: the file's own, then characters, then rows. */
const severities: Readonly<Record<FindingCode, Severity>> = {
  'utf-16-encoding': 'warning',
  'byte-order-mark': 'info',
  'invalid-utf8': 'warning',
  'control-character': 'warning',
  'unbalanced-quote': 'error',
  'ragged-row': 'error',
  'empty-question': 'error',
  'empty-answer': 'error',
  'duplicate-row': 'warning',
  'blank-row': 'warning',
  'trailing-newline': 'info',
}

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

  /** @param unfixable codes whose fix would do harm here */
  list(unfixable: ReadonlySet<FindingCode>): Finding[] {
    const codes = Object.keys(severities) as FindingCode[] // the record's keys are exactly the codes
    return codes.flatMap((code) => {
      const entry = this.#found.get(code)
      if (!entry) return []
      const fixable = !unfixable.has(code)
      return [{ code, severity: fixable ? severities[code] : 'error', ...entry, fixable }]
    })
  }
}
