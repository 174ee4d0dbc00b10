/** The inner loop of byte-pair encoding: merges neighbouring tokens in the order in which the vocabulary learned them. */

/** Below this length, looking through the whole word for each merge beats keeping a heap. */
const shortWordLength = 24

/** Ranks and positions share one number, rank first, so that a heap of numbers orders both. */
const positionRange = 2 ** 32

export interface PairMerges {
  /** Applies the merge of lowest rank, leftmost first, until none is left; O(n log n). May overwrite `ids`. */
  merge(ids: number[]): number[]
}

/** What a vocabulary learned. */
export interface MergeRanks {
  /** Undefined where the two never merge. */
  rankOf(left: number, right: number): number | undefined
  /** The token that two of this rank become. */
  mergedOf(rank: number): number | undefined
}

/** `merges[rank]` are the ids of the left and right token and of the token that they become. */
export function createPairMerges(
  merges: readonly (readonly [left: number, right: number, merged: number])[],
): PairMerges {
  const idRange = merges.reduce((most, merge) => Math.max(most, ...merge), 0) + 1
  const ranks = new Map(merges.map(([left, right], rank) => [left * idRange + right, rank]))
  return createRankedMerges({
    rankOf: (left, right) => ranks.get(left * idRange + right),
    mergedOf: (rank) => merges[rank]?.[2],
  })
}

/** The same, however the ranks are kept. */
export function createRankedMerges(ranks: MergeRanks): PairMerges {
  function rankOf(left: number | undefined, right: number | undefined): number {
    if (left === undefined || right === undefined) return Number.POSITIVE_INFINITY
    return ranks.rankOf(left, right) ?? Number.POSITIVE_INFINITY
  }

  function mergeShort(ids: number[]): number[] {
    for (;;) {
      let bestRank = Number.POSITIVE_INFINITY
      let bestAt = 0
      for (let at = 0; at + 1 < ids.length; at += 1) {
        const rank = rankOf(ids[at], ids[at + 1])
        if (rank < bestRank) {
          bestRank = rank
          bestAt = at
        }
      }
      const merged = ranks.mergedOf(bestRank)
      if (merged === undefined) return ids
      ids.splice(bestAt, 2, merged)
    }
  }

  function mergeLong(ids: number[]): number[] {
    const count = ids.length
    const next = Int32Array.from(ids, (_, at) => at + 1)
    const previous = Int32Array.from(ids, (_, at) => at - 1)
    const isMerged = new Uint8Array(count)
    const heap: number[] = []
    const propose = (left: number, right: number) => {
      const rank = rankOf(ids[left], ids[right])
      if (rank !== Number.POSITIVE_INFINITY) pushHeap(heap, rank * positionRange + left)
    }
    for (let at = 0; at + 1 < count; at += 1) propose(at, at + 1)

    for (let top = popHeap(heap); top !== undefined; top = popHeap(heap)) {
      const rank = Math.floor(top / positionRange)
      const left = top % positionRange
      const right = next[left] ?? count
      const merged = ranks.mergedOf(rank)
      // An entry is stale when one of its two tokens has since become part of another.
      if (merged === undefined || isMerged[left] === 1 || rankOf(ids[left], ids[right]) !== rank) {
        continue
      }
      ids[left] = merged
      isMerged[right] = 1
      const after = next[right] ?? count
      next[left] = after
      if (after < count) {
        previous[after] = left
        propose(left, after)
      }
      const before = previous[left] ?? -1
      if (before >= 0) propose(before, left)
    }
    return ids.filter((_, at) => isMerged[at] === 0)
  }

  return { merge: (ids) => (ids.length <= shortWordLength ? mergeShort(ids) : mergeLong(ids)) }
}

function pushHeap(heap: number[], value: number): void {
  let at = heap.length
  heap.push(value)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] ?? 0 // the parent of an entry is always there
    if (above <= value) break
    heap[at] = above
    at = parent
  }
  heap[at] = value
}

function popHeap(heap: number[]): number | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return top
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if ((heap[child + 1] ?? Number.POSITIVE_INFINITY) < (heap[child] ?? Number.POSITIVE_INFINITY)) {
      child += 1
    }
    const below = heap[child]
    if (below === undefined || below >= last) break
    heap[at] = below
    at = child
  }
  heap[at] = last
  return top
}
