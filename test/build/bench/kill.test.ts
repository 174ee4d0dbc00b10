import { expect, test } from 'vitest'
import { killRounds } from '../../../build/bench/kill.ts'

test('a library survives kill -9 during imports and repairs', async () => {
  const said: string[] = []
  expect(await killRounds(3, (line) => said.push(line))).toBe(0)
  expect(said).toEqual([])
})
