/** What in a training's log matters when something went wrong. */

export const troubleKinds = ['outOfMemory', 'badData', 'accessDenied', 'capacity', 'error'] as const
export type TroubleKind = (typeof troubleKinds)[number]

export interface TroubleLine {
  /** In the log as it was given. */
  readonly index: number
  readonly kind: TroubleKind
}

/** The first that matches counts. */
const patterns: readonly (readonly [TroubleKind, RegExp])[] = [
  [
    'outOfMemory',
    /out of memory|OutOfMemory|Cannot allocate memory|exit code:? ?137|\bOOM\b|std::bad_alloc/i,
  ],
  ['capacity', /InsufficientInstanceCapacity|CapacityError|insufficient capacity/i],
  [
    'accessDenied',
    /AccessDenied|Access Denied|403 Forbidden|not authorized to perform|Permission denied/i,
  ],
  [
    'badData',
    /(?:JSONDecodeError|UnicodeDecodeError|KeyError|ParserError|No such file or directory).*|(?:column|template|dataset|record|row)s? .*(?:missing|invalid|not found|required)/i,
  ],
  ['error', /^\w*(?:Error|Exception):|\b(?:ERROR|FATAL)\b|Traceback \(most recent call last\)/],
]

/** Libraries warn in these words of nothing. */
const noise = /DeprecationWarning|FutureWarning|UserWarning|error_correction|errors?=0\b/

/** Those that say most: of each kind the last ones, for a program's last words are its reason. */
export function findTroubleLines(lines: readonly string[], mostOfKind = 3): TroubleLine[] {
  const byKind = new Map<TroubleKind, TroubleLine[]>()
  for (const [index, line] of lines.entries()) {
    if (noise.test(line)) continue
    const kind = patterns.find(([, pattern]) => pattern.test(line))?.[0]
    if (!kind) continue
    const found = byKind.get(kind) ?? []
    byKind.set(kind, [...found.slice(1 - mostOfKind), { index, kind }])
  }
  // A stack trace's lines say less than the reason that was found beside them.
  const known = troubleKinds.filter((kind) => kind !== 'error' && byKind.has(kind))
  const kinds = known.length > 0 ? known : troubleKinds
  return kinds.flatMap((kind) => byKind.get(kind) ?? []).toSorted((a, b) => a.index - b.index)
}

/** Indices of lines that hold the text, whatever its case. */
export function searchLines(lines: readonly string[], text: string): number[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return lines.map((_, index) => index)
  return lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : []))
}
