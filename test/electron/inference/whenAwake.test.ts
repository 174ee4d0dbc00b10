import { expect, test } from 'vitest'
import { whenAwake } from '../../../electron/inference/whenAwake.ts'
import { AppError } from '../../../shared/errors.ts'

const asleep = () => new AppError('EndpointAsleep', 'Inference Component has no capacity')

/** Refuses so often, then answers. */
function sleeper(refusals: number, refusal: () => Error = asleep) {
  let asked = 0
  return {
    asked: () => asked,
    ask: async function* () {
      asked += 1
      if (asked <= refusals) throw refusal()
      yield 'here'
    },
  }
}

async function answersOf(
  one: ReturnType<typeof sleeper>,
  signal: AbortSignal,
  onWaking: () => void,
  pollMs = 1,
): Promise<string[]> {
  const answers: string[] = []
  for await (const answer of whenAwake(one.ask, signal, pollMs, onWaking)) answers.push(answer)
  return answers
}

test('asks again until it answers, and tells each time', async () => {
  const one = sleeper(3)
  let told = 0
  expect(await answersOf(one, new AbortController().signal, () => (told += 1))).toEqual(['here'])
  expect([one.asked(), told]).toEqual([4, 3])
})

test('asks once where the refusal means another thing', async () => {
  const one = sleeper(1, () => new AppError('ModelRefused', 'too long'))
  await expect(answersOf(one, new AbortController().signal, () => undefined)).rejects.toMatchObject(
    { code: 'ModelRefused' },
  )
  expect(one.asked()).toBe(1)
})

test('ends when it is withdrawn', async () => {
  const aborter = new AbortController()
  const one = sleeper(9)
  const waiting = answersOf(one, aborter.signal, () => aborter.abort(), 60_000)
  await expect(waiting).rejects.toMatchObject({ code: 'Cancelled' })
  expect(one.asked()).toBe(1)
})
