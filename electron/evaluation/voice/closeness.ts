/** How alike two collections are, from 0 (nothing in common) to 1 (no difference). */

/** 1 less the two-sample Kolmogorov-Smirnov statistic: the largest gap between the shares of values up to any point. */
export function closenessOfValues(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 1 : 0
  const first = a.toSorted((x, y) => x - y)
  const second = b.toSorted((x, y) => x - y)
  let gap = 0
  let i = 0
  let j = 0
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i] ?? Infinity, second[j] ?? Infinity)
    while ((first[i] ?? Infinity) <= value) i += 1
    while ((second[j] ?? Infinity) <= value) j += 1
    gap = Math.max(gap, Math.abs(i / first.length - j / second.length))
  }
  return 1 - gap
}

export type Counts = ReadonlyMap<string, number>

export function countAll(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

/** 1 less the total variation distance of the shares. */
export function closenessOfShares(a: Counts, b: Counts): number {
  const [all, other] = [total(a), total(b)]
  if (all === 0 || other === 0) return all === other ? 1 : 0
  let shared = 0
  for (const [item, count] of a) shared += Math.min(count / all, (b.get(item) ?? 0) / other)
  return shared
}

/** 1 less the Jensen-Shannon divergence in bits (J. Lin, 1991). */
export function closenessOfWords(a: Counts, b: Counts): number {
  const [all, other] = [total(a), total(b)]
  if (all === 0 || other === 0) return all === other ? 1 : 0
  let divergence = 0
  const add = (p: number, q: number) => {
    if (p > 0) divergence += (p / 2) * Math.log2((2 * p) / (p + q))
  }
  for (const [word, count] of a) add(count / all, (b.get(word) ?? 0) / other)
  for (const [word, count] of b) add(count / other, (a.get(word) ?? 0) / all)
  return 1 - Math.min(1, Math.max(0, divergence))
}

function total(counts: Counts): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}
