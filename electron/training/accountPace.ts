/**
 * How often an account at AWS is asked about its jobs. AWS throttles describing calls for each account and region, with
 * everybody else in the account; so there is a budget of calls, and looks that are spread at random.
 */

export interface AccountPace {
  /** A share of the usual time, for waits that go with the looks. */
  scaled(usualMs: number): number
  /** Whether it is time for a look. */
  isDue(): boolean
  /** Whether the budget of this minute has room for so many calls more. */
  hasRoomFor(calls: number): boolean
  /** A call went out, whoever made it. */
  note(): void
  /** @param isWatched whether somebody looks at one of the jobs just now */
  succeeded(isWatched: boolean): void
  failed(): void
  /** The next look is due at once: after a sign-in, on waking up, when the window comes to the front. */
  hurry(): void
}

export interface AccountPaceOptions {
  readonly now: () => number
  /** The budget; looks become as much more frequent as it is larger than the usual one. */
  readonly callsPerMinute?: () => number
  /** From 0 to 1. */
  readonly random?: () => number
}

export const usualCallsPerMinute = 12
const minuteMs = 60_000
const watchedIntervalMs = 15_000
const quietIntervalMs = 30_000
/** Of an interval, up and down. */
const jitter = 0.2
const firstPauseMs = 5_000
const longestPauseMs = 5 * 60_000

export function createAccountPace({
  now,
  random = Math.random,
  callsPerMinute = () => usualCallsPerMinute,
}: AccountPaceOptions): AccountPace {
  let calls: number[] = []
  let dueAtMs = Number.NEGATIVE_INFINITY
  let setAtMs = Number.NEGATIVE_INFINITY
  let failures = 0
  function wait(ms: number): void {
    setAtMs = now()
    dueAtMs = setAtMs + ms
  }

  function scaled(usualMs: number): number {
    return (usualMs * usualCallsPerMinute) / callsPerMinute()
  }

  return {
    scaled,
    // A clock that was set back must not hold up the next look for as long.
    isDue: () => now() >= dueAtMs || now() < setAtMs,
    hasRoomFor(count) {
      const atMs = now()
      calls = calls.filter((callAtMs) => callAtMs > atMs - minuteMs && callAtMs <= atMs)
      return calls.length + count <= callsPerMinute()
    },
    note: () => void calls.push(now()),
    succeeded(isWatched) {
      failures = 0
      const usual = isWatched ? watchedIntervalMs : quietIntervalMs
      wait(scaled(usual) * (1 - jitter + 2 * jitter * random()))
    },
    failed() {
      const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** failures)
      failures += 1
      wait(scaled(longest) * (0.5 + 0.5 * random()))
    },
    hurry() {
      failures = 0
      dueAtMs = Number.NEGATIVE_INFINITY
    },
  }
}

/** One pace for each workspace. */
export function createAccountPaces(
  now: () => number,
  callsPerMinute: () => number,
): (workspaceId: string) => AccountPace {
  const paces = new Map<string, AccountPace>()
  return (workspaceId) => {
    const pace = paces.get(workspaceId) ?? createAccountPace({ now, callsPerMinute })
    paces.set(workspaceId, pace)
    return pace
  }
}
