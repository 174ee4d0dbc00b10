import { expect, test } from 'vitest'
import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import type { Connection } from '../../../electron/aws/workspace.ts'
import { createAccountPace } from '../../../electron/training/accountPace.ts'
import { createAccountFollower } from '../../../electron/training/followAccount.ts'
import type { Candidate } from '../../../shared/model.ts'
import { aCandidate } from '../../support/database.ts'

const arn = (name: string) => `arn:aws:sagemaker:eu-central-1:123456789012:training-job/${name}`

/** An account whose list answers as SageMaker's does; following costs two calls, as in the app. */
function createAccount(jobs: number) {
  let nowMs = 1_000_000_000
  const now = () => nowMs
  const pace = createAccountPace({ now, random: () => 0.5 })
  const watched = new Set<string>()
  const follower = createAccountFollower({ pace, now, isWatched: (id) => watched.has(id) })
  const candidates: Candidate[] = Array.from({ length: jobs }, (_, index) => ({
    ...aCandidate(),
    id: `candidate-${index}`,
    versionId: 'version-1',
    trainingJobName: `timbre-job-${index}`,
    trainingJobArn: arn(`timbre-job-${index}`),
    status: 'InProgress',
  }))
  const changedAtMs = new Map(candidates.map(({ trainingJobName }) => [trainingJobName, nowMs]))
  const calls: number[] = []
  const note = () => {
    pace.note()
    calls.push(nowMs)
  }
  const sageMaker = {
    async send({ input }: { input: { LastModifiedTimeAfter?: Date } }) {
      note()
      const after = input.LastModifiedTimeAfter?.getTime() ?? 0
      return {
        TrainingJobSummaries: [...changedAtMs]
          .filter(([, atMs]) => atMs > after)
          .map(([name, atMs]) => ({
            TrainingJobName: name,
            TrainingJobArn: arn(name),
            TrainingJobStatus: 'InProgress',
            CreationTime: new Date(0),
            LastModifiedTime: new Date(atMs),
          })),
      }
    },
  } as unknown as SageMakerClient // only its lists are asked for
  const connection = { clients: { sageMaker } } as unknown as Connection
  const followed: { id: string; atMs: number }[] = []
  return {
    candidates,
    calls,
    followed,
    watched,
    change: (name: string) => changedAtMs.set(name, nowMs),
    async run(minutes: number) {
      const endMs = nowMs + minutes * 60_000
      for (; nowMs < endMs; nowMs += 700) {
        if (!pace.isDue()) continue
        await follower.look(connection, candidates, async ({ id }) => {
          for (let call = 0; call < 2; call += 1) note()
          followed.push({ id, atMs: nowMs })
          return true
        })
        pace.succeeded(watched.size > 0)
      }
    },
  }
}

test('fifty running jobs cost at most twelve calls in any minute, and none is forgotten', async () => {
  const account = createAccount(50)
  await account.run(60)
  for (const from of account.calls) {
    const inMinute = account.calls.filter((atMs) => atMs >= from && atMs < from + 60_000)
    expect(inMinute.length).toBeLessThanOrEqual(12)
  }
  expect(new Set(account.followed.map(({ id }) => id)).size).toBe(50)
})

test('the job that is looked at comes first and often', async () => {
  const account = createAccount(50)
  account.watched.add('candidate-7')
  await account.run(10)
  const times = account.followed.filter(({ id }) => id === 'candidate-7').length
  expect(account.followed[0]?.id).toBe('candidate-7')
  expect(times).toBeGreaterThanOrEqual(30)
})

test('one that changed is followed at the next look', async () => {
  const account = createAccount(20)
  await account.run(30)
  account.followed.length = 0
  account.change('timbre-job-13')
  await account.run(2)
  expect(account.followed[0]?.id).toBe('candidate-13')
})
