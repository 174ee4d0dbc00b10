import { beforeEach, expect, test } from 'vitest'
import {
  createAccountPace,
  usualCallsPerMinute,
  type AccountPace,
} from '../../../electron/training/accountPace.ts'

let nowMs: number
let random: number
let pace: AccountPace

beforeEach(() => {
  nowMs = 1_000_000
  random = 0.5
  pace = createAccountPace({ now: () => nowMs, random: () => random })
})

function untilDue(): number {
  const from = nowMs
  while (!pace.isDue()) nowMs += 100
  return nowMs - from
}

test('no minute holds more calls than the budget', () => {
  const calls: number[] = []
  for (let second = 0; second < 600; second += 1) {
    while (pace.hasRoomFor(1)) {
      pace.note()
      calls.push(nowMs)
    }
    nowMs += 1000
  }
  for (const from of calls) {
    const inMinute = calls.filter((atMs) => atMs >= from && atMs < from + 60_000)
    expect(inMinute.length).toBeLessThanOrEqual(usualCallsPerMinute)
  }
  expect(calls.length).toBe(120)
})

test('a job that is looked at is asked for more often, with looks spread at random', () => {
  pace.succeeded(true)
  expect(untilDue()).toBe(15_000)
  pace.succeeded(false)
  expect(untilDue()).toBe(30_000)
  random = 0
  pace.succeeded(false)
  expect(untilDue()).toBe(24_000)
  random = 1
  pace.succeeded(false)
  expect(untilDue()).toBe(36_000)
})

test('failures wait longer each time, up to five minutes, and success forgets them', () => {
  random = 1
  const waits = Array.from({ length: 9 }, () => {
    pace.failed()
    return untilDue()
  })
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000))
  pace.succeeded(true)
  untilDue()
  pace.failed()
  expect(untilDue()).toBe(5000)
})

test('after a sign-in, or on waking up, the next look is due at once', () => {
  for (let failure = 0; failure < 6; failure += 1) pace.failed()
  expect(pace.isDue()).toBe(false)
  pace.hurry()
  expect(pace.isDue()).toBe(true)
})

test('a clock that is set, in either direction, holds nothing up', () => {
  pace.succeeded(false)
  nowMs -= 24 * 3600 * 1000
  expect(pace.isDue()).toBe(true)
  for (let call = 0; call < usualCallsPerMinute; call += 1) pace.note()
  nowMs += 7 * 24 * 3600 * 1000
  expect(pace.hasRoomFor(usualCallsPerMinute)).toBe(true)
})
