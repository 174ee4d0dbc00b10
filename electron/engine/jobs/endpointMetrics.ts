/** What endpoints were asked, minute by minute, as CloudWatch counts it. Kept over a restart. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const minuteMs = 60_000
/** Of one-minute values CloudWatch keeps fifteen days. */
const keptMs = 15 * 24 * 60 * minuteMs
const mostLatencies = 500

const minuteSchema = z.object({
  endpoint: z.string(),
  variant: z.string(),
  startMs: z.number(),
  invocations: z.number(),
  clientErrors: z.number(),
  serverErrors: z.number(),
  /** Microseconds; of one minute the first some hundred. */
  latencies: z.array(z.number()),
})
export type EndpointMinute = z.infer<typeof minuteSchema>

export interface Invocation {
  readonly endpoint: string
  readonly variant: string
  readonly status: number
  readonly latencyMs: number
}

export interface EndpointMetrics {
  record(invocation: Invocation): void
  /** Of all variants when `variant` is null; by time. */
  between(
    endpoint: string,
    variant: string | null,
    startMs: number,
    endMs: number,
  ): EndpointMinute[]
  /** Writes what is not written yet. */
  flush(): void
  close(): void
}

/** @param file where the minutes are kept; one that can't be read is begun anew, for these are figures and no one's work */
export function openEndpointMetrics(file: string, now: () => number): EndpointMetrics {
  const minutes = new Map<string, EndpointMinute>()
  for (const minute of readMinutes(file)) minutes.set(keyOf(minute), minute)
  let isChanged = false

  function record({ endpoint, variant, status, latencyMs }: Invocation): void {
    const startMs = Math.floor(now() / minuteMs) * minuteMs
    const place = { endpoint, variant, startMs }
    const known = minutes.get(keyOf(place)) ?? {
      ...place,
      invocations: 0,
      clientErrors: 0,
      serverErrors: 0,
      latencies: [],
    }
    minutes.set(keyOf(place), {
      ...known,
      invocations: known.invocations + 1,
      clientErrors: known.clientErrors + (status >= 400 && status < 500 ? 1 : 0),
      serverErrors: known.serverErrors + (status >= 500 ? 1 : 0),
      latencies:
        known.latencies.length < mostLatencies
          ? [...known.latencies, Math.round(latencyMs * 1000)]
          : known.latencies,
    })
    isChanged = true
  }

  function flush(): void {
    if (!isChanged) return
    isChanged = false
    for (const [key, minute] of minutes) if (minute.startMs < now() - keptMs) minutes.delete(key)
    try {
      writeFileSync(`${file}.new`, JSON.stringify([...minutes.values()]))
      renameSync(`${file}.new`, file)
    } catch {
      isChanged = true // a full disk: with the next minute
    }
  }

  const timer = setInterval(flush, minuteMs)
  timer.unref()
  return {
    record,
    between: (endpoint, variant, startMs, endMs) =>
      [...minutes.values()]
        .filter(
          (minute) =>
            minute.endpoint === endpoint &&
            (variant === null || minute.variant === variant) &&
            minute.startMs >= startMs &&
            minute.startMs < endMs,
        )
        .sort((a, b) => a.startMs - b.startMs),
    flush,
    close() {
      clearInterval(timer)
      flush()
    },
  }
}

function keyOf({
  endpoint,
  variant,
  startMs,
}: Pick<EndpointMinute, 'endpoint' | 'variant' | 'startMs'>) {
  return `${endpoint} ${variant} ${startMs}`
}

function readMinutes(file: string): EndpointMinute[] {
  try {
    return z.array(minuteSchema).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
