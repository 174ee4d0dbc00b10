/** The log of one training job: JSON lines appended to a file, read by position. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs'
import path from 'node:path'

export interface LogEvent {
  readonly timestamp: number
  readonly message: string
}

export interface LogStream {
  append(message: string, timestamp?: number): void
  /** All events so far; the position is the index. */
  events(): readonly LogEvent[]
}

export function openLogStream(file: string): LogStream {
  mkdirSync(path.dirname(file), { recursive: true })
  const events = existsSync(file) ? readEvents(file) : []
  return {
    append(message, timestamp = Date.now()) {
      const event = { timestamp, message }
      appendFileSync(file, `${JSON.stringify(event)}\n`)
      events.push(event)
    },
    events: () => events,
  }
}

/** A kill can leave half a line at the end; it is cut off, and the resumed job writes it again. */
function readEvents(file: string): LogEvent[] {
  const content = readFileSync(file)
  const events: LogEvent[] = []
  let good = 0
  while (good < content.length) {
    const end = content.indexOf(0x0a, good)
    const event = end < 0 ? null : parseEvent(content.toString('utf8', good, end))
    if (!event) break
    events.push(event)
    good = end + 1
  }
  if (good < content.length) truncateSync(file, good)
  return events
}

function parseEvent(line: string): LogEvent | null {
  try {
    return JSON.parse(line) as LogEvent // written by append alone
  } catch {
    return null // damaged; what follows it is cut off with it
  }
}
