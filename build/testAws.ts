/**
 * `npm run test:aws`: the little that only a real account can show. It costs less than a cent, starts no machine, and
 * takes away whatever it made. Without credentials it is skipped, without a stated budget refused.
 *
 *   TIMBRE_AWS_TEST_PROFILE=name  a profile of the shared config files; left out: the environment variables
 *   TIMBRE_AWS_TEST_REGION=name   left out: AWS_REGION
 *   TIMBRE_AWS_TEST_BUDGET=1      US dollars that it may cost at most; at least one cent
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DeleteBucketCommand } from '@aws-sdk/client-s3'
import { createClients } from '../electron/aws/clients.ts'
import { createAccountAccess } from '../electron/aws/credentials/accountAccess.ts'
import { getCaller } from '../electron/aws/identity.ts'
import { listTrainingJobs } from '../electron/aws/jobLists.ts'
import { listPrices } from '../electron/aws/preflight/prices.ts'
import { listQuotas, quotaName } from '../electron/aws/preflight/quotas.ts'
import { directNetwork } from '../electron/aws/requestHandler.ts'
import { deleteObject } from '../electron/aws/s3.ts'
import { createPrivateBucket, isBucketPrivate } from '../electron/aws/setup/bucket.ts'
import { listTrustingRoles } from '../electron/aws/setup/roles.ts'
import { uploadFile } from '../electron/aws/upload/uploadFile.ts'
import { currencyOf } from '../shared/partition.ts'
import { toAppError } from '../shared/errors.ts'

const leastBudget = 0.01
const uploadBytes = 20 * 1024 ** 2
const machine = 'ml.g5.2xlarge'

const profile = process.env['TIMBRE_AWS_TEST_PROFILE']
const region = process.env['TIMBRE_AWS_TEST_REGION'] ?? process.env['AWS_REGION']
const budget = Number(process.env['TIMBRE_AWS_TEST_BUDGET'] ?? Number.NaN)

if (profile === undefined && process.env['AWS_ACCESS_KEY_ID'] === undefined)
  end(0, 'Skipped: neither TIMBRE_AWS_TEST_PROFILE nor AWS_ACCESS_KEY_ID is set.')
if (region === undefined) end(0, 'Skipped: neither TIMBRE_AWS_TEST_REGION nor AWS_REGION is set.')
if (!(budget >= leastBudget))
  end(
    1,
    `Refused: state in TIMBRE_AWS_TEST_BUDGET how many US dollars it may cost, at least ${leastBudget}.`,
  )

await main(region)

async function main(inRegion: string): Promise<void> {
  const access = createAccountAccess({
    source: profile === undefined ? { kind: 'environment' } : { kind: 'profile', profile },
    region: inRegion,
    endpoints: {},
    network: directNetwork,
    readKeys: async () => null,
    ssoToken: { read: async () => null, write: async () => undefined },
    now: Date.now,
  })
  const clients = createClients({
    kind: 'aws',
    region: inRegion,
    endpoints: {},
    network: directNetwork,
    credentials: () => access.get(),
  })
  const place = { clients, region: inRegion }
  const bucket = `timbre-test-${randomBytes(8).toString('hex')}`
  const failures: string[] = []
  async function step(name: string, work: () => Promise<string>): Promise<void> {
    try {
      console.log(`${name}: ${await work()}`)
    } catch (error) {
      failures.push(name)
      const { code, message } = toAppError(error)
      console.error(`${name}: ${code}, ${message}`)
    }
  }
  await step('who am I', async () => (await getCaller(clients)).account.replace(/\d{8}$/, '…'))
  await step('roles', async () => `${(await listTrustingRoles(place)).length} trust SageMaker`)
  await step('jobs', async () => {
    const jobs = await listTrainingJobs(clients, { changedAfterMs: null, most: 10 })
    return `${jobs.length} of the newest`
  })
  await step('quota', async () => {
    const quota = (await listQuotas(place)).get(quotaName(machine, 'training job usage'))
    return `${quota?.value ?? 'no'} of ${machine}`
  })
  await step('price', async () =>
    String((await listPrices(place, 'Training', currencyOf(inRegion)))[machine] ?? 'none'),
  )
  const directory = mkdtempSync(path.join(os.tmpdir(), 'timbre-aws-'))
  try {
    await step('bucket', async () => {
      await createPrivateBucket(place, bucket, null)
      if (!(await isBucketPrivate(place, bucket))) throw new Error('It is not private.')
      return 'made, private'
    })
    await step('upload', () => upload(path.join(directory, 'data')))
  } finally {
    await step('taking away', async () => {
      await deleteObject(clients, `s3://${bucket}/data`)
      await clients.s3.send(new DeleteBucketCommand({ Bucket: bucket }))
      return 'done'
    })
    rmSync(directory, { recursive: true })
    clients.destroy()
  }
  if (failures.length > 0) end(1, `Failed: ${failures.join(', ')}`)
  console.log('Everything worked.')

  async function upload(file: string): Promise<string> {
    const content = randomBytes(uploadBytes)
    writeFileSync(file, content)
    const sha256 = createHash('sha256').update(content).digest('hex')
    const request = { bucket, key: 'data', file, sha256, name: 'data', contentType: 'text/csv' }
    const hooks = {
      signal: new AbortController().signal,
      begun: null,
      onBegun: () => undefined,
      onProgress: () => undefined,
    }
    const store = { clients, kmsKeyArn: null }
    await uploadFile(store, request, hooks)
    const isSentAgain = await uploadFile(store, request, hooks)
    if (isSentAgain) throw new Error('The same content was sent twice.')
    return 'in parts, whole, and once'
  }
}

function end(code: number, message: string): never {
  if (code === 0) console.log(message)
  else console.error(message)
  process.exit(code)
}
