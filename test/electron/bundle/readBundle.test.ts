/** Bundles that came from anywhere: cut, changed, made to harm. None crashes, and none writes where it should not. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBundle } from '../../../electron/bundle/readBundle.ts'
import { openSigningKey, type SigningKey } from '../../../electron/bundle/signingKey.ts'
import { writeBundle } from '../../../electron/bundle/writeBundle.ts'
import { AppError } from '../../../shared/errors.ts'
import { zipFile } from '../../support/zipFile.ts'

const project = {
  modelName: 'Voice',
  versionNumber: 1,
  datasetName: 'questions',
  datasetSha256: 'a'.repeat(64),
  columns: { question: 'question', answer: 'answer' },
  validationFraction: 0.2,
  splitSeed: 1,
  trainingRowCount: 16,
  validationRowCount: 4,
  samplePrompts: [],
  createdAtMs: 0,
  chosenCandidateId: null,
  candidates: [],
}
const csv = `question,answer\n${'Where is item 7?,On shelf 7.\n'.repeat(200)}`

let root: string
let key: SigningKey
let good: Buffer

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'timbre-bundles-'))
  key = await openSigningKey(path.join(root, 'key.pem'))
  const file = path.join(root, 'good.timbre')
  const parts = [
    { path: 'project.json', content: Buffer.from(JSON.stringify(project)) },
    { path: 'dataset.csv', content: Buffer.from(csv) },
  ]
  await writeBundle(file, parts, key, 1)
  good = await readFile(file)
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** Reads all of it, as taking it over does. */
async function readWhole(bytes: Buffer): Promise<void> {
  const file = path.join(root, 'tried.timbre')
  const folder = path.join(root, 'inside', 'folder')
  await writeFile(file, bytes)
  await mkdir(folder, { recursive: true })
  const bundle = await openBundle(file)
  try {
    for (const name of bundle.paths) {
      const extracted = await bundle.extract(name, folder, path.basename(name))
      await rm(extracted)
    }
  } finally {
    bundle.close()
  }
}

async function refusalOf(bytes: Buffer): Promise<AppError> {
  const thrown: unknown = await readWhole(bytes).then(
    () => null,
    (error: unknown) => error,
  )
  if (!(thrown instanceof AppError)) throw new Error(`It was no refusal: ${String(thrown)}`)
  return thrown
}

/** Signed by a key of its maker's own, as whoever wants to harm would do it. */
function signedBundle(
  files: readonly { readonly name: string; readonly content: Buffer; readonly size?: number }[],
  manifestOf: (manifest: object) => object = (manifest) => manifest,
): Buffer {
  const manifest = manifestOf({
    format: 'timbre-bundle',
    version: 1,
    createdAtMs: 1,
    publicKey: key.publicKey,
    files: files.map(({ name, content, size }) => ({
      path: name,
      size: size ?? content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  })
  const text = Buffer.from(JSON.stringify(manifest))
  return zipFile([
    { name: 'manifest.json', content: text },
    { name: 'manifest.sig', content: key.sign(text) },
    ...files.map(({ name, content, size }) => ({
      name,
      content,
      ...(size === undefined ? {} : { claimedSize: size }),
    })),
  ])
}

const projectFile = { name: 'project.json', content: Buffer.from(JSON.stringify(project)) }

test('the bundle that all others are made of is read', async () => {
  await readWhole(good)
  await readWhole(signedBundle([projectFile]))
})

test('one that was cut anywhere is refused', async () => {
  for (let length = 0; length < good.length; length += Math.ceil(good.length / 150))
    expect((await refusalOf(good.subarray(0, length))).code).toMatch(/^Bundle(Invalid|Tampered)$/)
})

test('one with any byte changed is refused, or reads as the same', async () => {
  let state = 20_261_127
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
  let refused = 0
  const tries = 400
  for (let index = 0; index < tries; index += 1) {
    const bytes = Buffer.from(good)
    const at = random(bytes.length)
    bytes.writeUInt8((bytes.readUInt8(at) + 1 + random(255)) % 256, at)
    try {
      await readWhole(bytes)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      expect(error.code).toMatch(/^Bundle(Invalid|Tampered)$/)
      refused += 1
    }
  }
  // Dates and attributes of the archive's entries are nobody's business.
  expect(refused).toBeGreaterThan(tries * 0.7)
}, 60_000)

test.each([
  '../outside.csv',
  '../../outside.csv',
  '/tmp/timbre-outside.csv',
  'weights/../../outside.tar.gz',
  'weights\\..\\..\\outside.tar.gz',
  'C:/outside.csv',
])('a file named %s is refused, and nothing is written', async (name) => {
  const before = await readdir(root, { recursive: true })
  const error = await refusalOf(signedBundle([projectFile, { name, content: Buffer.from('x') }]))
  expect(error.code).toBe('BundleInvalid')
  const after = (await readdir(root, { recursive: true })).filter(
    (file) => file !== 'tried.timbre' && !file.startsWith('inside'),
  )
  expect(after.filter((file) => !before.includes(file))).toEqual([])
})

test('a file that would grow beyond measure is refused before it is unpacked', async () => {
  const zeros = { name: 'dataset.csv', content: Buffer.alloc(64 * 1024 * 1024) }
  const honest = await refusalOf(signedBundle([projectFile, { ...zeros, size: 4_000_000_000 }]))
  expect(honest.code).toBe('BundleInvalid')
  // One that says that it is small and is not ends where it said.
  const lying = await refusalOf(signedBundle([projectFile, { ...zeros, size: 1000 }]))
  expect(lying.code).toMatch(/^Bundle(Invalid|Tampered)$/)
  expect(await readdir(path.join(root, 'inside', 'folder'))).toEqual([])
}, 60_000)

test('what is listed and missing, there and not listed, or of another version is refused in words', async () => {
  const unlisted = signedBundle(
    [projectFile, { name: 'dataset.csv', content: Buffer.from('a') }],
    (manifest) => ({
      ...manifest,
      files: (manifest as { files: { path: string }[] }).files.slice(0, 1),
    }),
  )
  expect((await refusalOf(unlisted)).details).toMatchObject({
    reason: expect.stringContaining('does not list'),
  })
  const newer = signedBundle([projectFile], (manifest) => ({ ...manifest, version: 2 }))
  expect((await refusalOf(newer)).details).toMatchObject({
    reason: expect.stringContaining('newer Timbre'),
  })
  const forged = signedBundle([{ ...projectFile, content: Buffer.from('{"modelName":"x"}') }])
  expect((await refusalOf(forged)).code).toBe('BundleInvalid')
  const none = zipFile([{ name: 'readme.txt', content: 'Nothing.' }])
  expect((await refusalOf(none)).details).toMatchObject({ reason: 'manifest.json is missing' })
  expect((await refusalOf(Buffer.from('no archive'))).code).toBe('BundleInvalid')
})
