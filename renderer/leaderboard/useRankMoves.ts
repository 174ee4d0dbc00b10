import { useState } from 'react'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'

interface Seen {
  readonly entries: readonly LeaderboardEntry[] | undefined
  readonly ranks: ReadonlyMap<string, number>
  readonly moves: ReadonlyMap<string, number>
}

/** How many ranks each candidate has gained (or lost, below 0) at the last change; nothing before one. */
export function useRankMoves(
  entries: readonly LeaderboardEntry[] | undefined,
): ReadonlyMap<string, number> {
  const [seen, setSeen] = useState<Seen>({ entries: undefined, ranks: new Map(), moves: new Map() })
  if (seen.entries !== entries) setSeen(follow(seen, entries))
  return seen.moves
}

function follow(seen: Seen, entries: readonly LeaderboardEntry[] | undefined): Seen {
  const ranks = new Map(seen.ranks)
  const moves = new Map<string, number>()
  for (const { candidateId, rank } of entries ?? []) {
    if (rank === null) continue
    const before = ranks.get(candidateId)
    if (before !== undefined && before !== rank) moves.set(candidateId, before - rank)
    ranks.set(candidateId, rank)
  }
  return { entries, ranks, moves: moves.size > 0 ? moves : seen.moves }
}
