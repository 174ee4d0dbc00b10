import * as fs from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '../../../../shared/errors.ts'
import type { HubDownload } from '../../../../shared/hubModel.ts'
import type { BaseModel } from '../../../../shared/model.ts'
import {
  createHubModels,
  type HubModels,
  type HubModelsOptions,
} from '../../../../electron/baseModels/huggingFace/hubModels.ts'
import type { ModelSource } from '../../../../electron/baseModels/modelSource.ts'
import { supportedModelTypes } from '../../../../electron/baseModels/huggingFace/architectures.ts'
import { supportedModelTypes as ofTheEngine } from '../../../../electron/engine/model/config.ts'
import {
  goodToken,
  otherToken,
  startHubDouble,
  type DoubleRepository,
  type HubDouble,
} from '../../../support/huggingFaceHub.ts'
import { tinyGguf } from '../../../support/tinyGguf.ts'

let hub: HubDouble
let directory: string
let models: HubModels | null = null
let progress: (HubDownload | null)[] = []
/** The folders that were handed on, as they were then. */
let added: { source: ModelSource; files: Record<string, Buffer> }[] = []

beforeEach(async () => {
  hub = await startHubDouble()
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'timbre-hub-'))
  progress = []
  added = []
})
afterEach(async () => {
  await models?.close()
  models = null
  await hub.close()
  await fs.rm(directory, { recursive: true, force: true })
})

const name = 'acme/Tiny-Chat'
const config = JSON.stringify({ model_type: 'llama' })
const weights = Buffer.alloc(300_000, 'weights ')
const repository: DoubleRepository = {
  license: 'apache-2.0',
  files: {
    '.gitattributes': '*.safetensors filter=lfs\n',
    'README.md': '---\nlicense: apache-2.0\n---\n# Tiny Chat\n',
    LICENSE: 'Apache License\n',
    'config.json': config,
    'generation_config.json': '{}',
    'tokenizer.json': '{"model":{}}',
    'tokenizer_config.json': '{}',
    'vocab.json': '{}',
    'model.safetensors': weights,
    'pytorch_model.bin': 'pickled',
    'onnx/model.onnx': 'graph',
  },
}
const wantedNames = [
  'LICENSE',
  'README.md',
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
]

function open(
  change: Partial<HubModelsOptions> & { token?: string; url?: string } = {},
): HubModels {
  const { token = null, url = hub.url, ...options } = change
  models = createHubModels({
    directory,
    address: async () => ({ url, token }),
    requireEngine: async () => undefined,
    async addToLibrary(source) {
      const files: Record<string, Buffer> = {}
      for (const file of source.files) files[file.name] = await fs.readFile(file.path)
      added.push({ source, files })
      return { id: 'tiny-chat' } as BaseModel
    },
    onProgress: (download) => progress.push(download),
    now: Date.now,
    pause: async () => undefined,
    ...options,
  })
  return models
}

async function describeAndAdd(opened: HubModels, file: string | null = null): Promise<BaseModel> {
  const { repo, commit } = await opened.describe(name)
  return opened.add({ repo, commit, file })
}

const largeRequests = () => hub.requests.filter(({ server }) => server === 'cdn')
const failure = (code: string, details?: Record<string, unknown>) =>
  expect.objectContaining({
    code,
    ...(details ? { details: expect.objectContaining(details) } : {}),
  })

test('says what adding a model would download, before it does', async () => {
  const commit = hub.publish(name, repository)
  const found = await open().describe(` ${hub.url}/${name} `)
  expect(found).toMatchObject({
    repo: name,
    commit,
    license: 'apache-2.0',
    ggufFiles: [],
    receivedBytes: 0,
    url: `${hub.url}/${name}`,
  })
  expect(found.files.map((file) => file.name).sort()).toEqual(wantedNames)
  expect(found.files.find((file) => file.name === 'model.safetensors')?.sizeBytes).toBe(300_000)
  expect(largeRequests()).toEqual([])
})

test('downloads, hands on and clears away', async () => {
  const commit = hub.publish(name, repository)
  await describeAndAdd(open())
  const [{ source, files }] = added as [(typeof added)[number]]
  expect(source).toMatchObject({
    displayName: 'Tiny-Chat',
    description: `${name}@${commit.slice(0, 12)}`,
    provider: 'acme',
    license: 'apache-2.0',
    card: '# Tiny Chat\n\n---\n\nApache License',
  })
  expect(files['model.safetensors']).toEqual(weights)
  expect(files['config.json']?.toString()).toBe(config)
  expect(await fs.readdir(directory)).toEqual([])
  const total = progress.at(-2)?.totalBytes
  expect(progress.at(-2)).toMatchObject({ phase: 'adding', receivedBytes: total })
  expect(progress.at(-1)).toBeNull()
})

test('takes of several weights those that the index names', async () => {
  const part = (number: number) => `model-0000${number}-of-00002.safetensors`
  const weightMap = { a: part(1), b: part(2), c: part(2) }
  const others = Object.entries(repository.files).filter(([file]) => file !== 'model.safetensors')
  hub.publish(name, {
    files: {
      ...Object.fromEntries(others),
      'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map: weightMap }),
      [part(1)]: 'one',
      [part(2)]: 'two',
      'consolidated.safetensors': 'both, in another form',
    },
  })
  await describeAndAdd(open())
  const taken = Object.keys(added[0]?.files ?? {}).filter((file) => file.includes('safetensors'))
  expect(taken.sort()).toEqual([part(1), part(2), 'model.safetensors.index.json'])
})

test('lets one GGUF file be chosen where there is nothing else', async () => {
  const gguf = await tinyGguf()
  hub.publish(name, {
    files: {
      'README.md': '# Tiny',
      'Tiny-Q8_0.gguf': gguf,
      'Tiny-F16.gguf': Buffer.concat([gguf, gguf]),
      'Tiny-F32-00001-of-00002.gguf': 'a part',
      'mmproj-F16.gguf': 'eyes',
    },
  })
  const opened = open()
  const { ggufFiles, files, repo, commit } = await opened.describe(name)
  expect(ggufFiles.map((file) => file.name)).toEqual(['Tiny-Q8_0.gguf', 'Tiny-F16.gguf'])
  expect(files.map((file) => file.name)).toEqual(['README.md'])
  for (const file of [null, '../Tiny-Q8_0.gguf', 'mmproj-F16.gguf'])
    await expect(opened.add({ repo, commit, file })).rejects.toEqual(failure('InvalidRequest'))
  await opened.add({ repo, commit, file: 'Tiny-Q8_0.gguf' })
  expect(added[0]?.source.displayName).toBe('Tiny-Q8_0')
  expect(added[0]?.files).toEqual({ 'model.gguf': gguf })
})

test.each([
  ['acme/Tiny-Chat@v1.0', true],
  ['https://huggingface.co/acme/Tiny-Chat/tree/main', true],
  ['huggingface.co/acme/Tiny-Chat?library=transformers', true],
  ['https://hf.co/acme/Tiny-Chat/blob/main/README.md', true],
  ['https://example.com/acme/Tiny-Chat', false],
  ['Tiny-Chat', false],
  ['acme/../../etc', false],
  ['acme/Tiny-Chat@../x', false],
  ['', false],
])('%s is understood: %s', async (text, isUnderstood) => {
  const commit = hub.publish(name, repository)
  if (isUnderstood) expect(await open().describe(text)).toMatchObject({ repo: name, commit })
  else await expect(open().describe(text)).rejects.toEqual(failure('HubNameInvalid'))
})

test.each<[string, string, Partial<DoubleRepository>, string | undefined, string]>([
  ['a model that is not there', 'acme/Missing', {}, undefined, 'HubModelNotFound'],
  ['the same, with a token', 'acme/Missing', {}, goodToken, 'HubModelNotFound'],
  ['a version that is not there', `${name}@v9`, {}, undefined, 'HubRevisionNotFound'],
  ['a private model', name, { access: 'private' }, undefined, 'HubModelNotFound'],
  ['a gated model', name, { access: 'gated' }, undefined, 'HubModelGated'],
  [
    'a gated model whose licence was not accepted',
    name,
    { access: 'gated' },
    otherToken,
    'HubModelGated',
  ],
  ['a token that is not known', name, {}, 'hf_expired', 'HubTokenRefused'],
  [
    'another architecture',
    name,
    { files: { ...repository.files, 'config.json': '{"model_type":"gpt2"}' } },
    undefined,
    'HubModelUnsupported',
  ],
  [
    'a config.json that is none',
    name,
    { files: { ...repository.files, 'config.json': 'x' } },
    undefined,
    'HubModelUnsupported',
  ],
  [
    'quantised weights',
    name,
    {
      files: {
        ...repository.files,
        'config.json': '{"model_type":"llama","quantization_config":{"quant_method":"gptq"}}',
      },
    },
    undefined,
    'HubModelQuantised',
  ],
  [
    'pickled weights only',
    name,
    { files: { 'config.json': config, 'tokenizer.json': '{}', 'pytorch_model.bin': 'x' } },
    undefined,
    'HubModelNoWeights',
  ],
  [
    'an adapter only',
    name,
    { files: { 'adapter_config.json': '{}', 'adapter_model.safetensors': 'x' } },
    undefined,
    'HubModelNoWeights',
  ],
  [
    'no tokenizer.json',
    name,
    { files: { 'config.json': config, 'model.safetensors': 'x' } },
    undefined,
    'HubModelNoTokenizer',
  ],
  [
    'weights that the index names and nobody uploaded',
    name,
    {
      files: {
        'config.json': config,
        'tokenizer.json': '{}',
        'model.safetensors.index.json': '{"weight_map":{"a":"model-1.safetensors"}}',
      },
    },
    undefined,
    'HubModelNoWeights',
  ],
])('refuses %s before anything is downloaded', async (_, asked, change, token, code) => {
  hub.publish(name, { ...repository, ...change })
  const refusal = await open(token === undefined ? {} : { token })
    .describe(asked)
    .catch((error: unknown) => error)
  expect(refusal).toEqual(failure(code))
  expect(
    JSON.stringify(refusal instanceof AppError ? [refusal.toData(), refusal.stack] : refusal),
  ).not.toContain('hf_')
  expect(largeRequests()).toEqual([])
})

test('refuses a GGUF file of another architecture after its first bytes', async () => {
  hub.publish(name, { files: { 'Tiny.gguf': await tinyGguf({ architecture: 'falcon' }) } })
  await expect(open().describe(name)).rejects.toEqual(
    failure('HubModelUnsupported', { architecture: 'falcon' }),
  )
})

test('knows the same architectures as the engine', () => {
  expect(supportedModelTypes).toEqual(ofTheEngine)
})

test('takes a gated model with the token of someone who may have it', async () => {
  hub.publish(name, { ...repository, access: 'gated' })
  await describeAndAdd(open({ token: goodToken }))
  expect(added).toHaveLength(1)
})

test('sends the token to the Hub and to nobody else', async () => {
  hub.publish(name, { ...repository, access: 'private' })
  await describeAndAdd(open({ token: goodToken }))
  const seen = Map.groupBy(hub.requests, ({ server }) => server)
  expect(new Set(seen.get('hub')?.map(({ authorization }) => authorization))).toEqual(
    new Set([`Bearer ${goodToken}`]),
  )
  expect(seen.get('cdn')?.map(({ authorization }) => authorization)).toEqual([null])
})

test('a mirror that sends everything on to the Hub has the token to itself', async () => {
  hub.publish(name, repository)
  const tokens: (string | undefined)[] = []
  const mirror = createServer((request, response) => {
    tokens.push(request.headers.authorization)
    response.writeHead(308, { location: `${hub.url}${request.url}` }).end()
  })
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = mirror.address() as AddressInfo
    await describeAndAdd(open({ url: `http://127.0.0.1:${port}`, token: goodToken }))
  } finally {
    mirror.closeAllConnections()
    mirror.close()
  }
  expect(added).toHaveLength(1)
  expect(new Set(tokens)).toEqual(new Set([`Bearer ${goodToken}`]))
  expect(new Set(hub.requests.map(({ authorization }) => authorization))).toEqual(new Set([null]))
})

/** Waits until so much of the weights has been written. */
async function untilWritten(commit: string, bytes: number): Promise<void> {
  const file = path.join(directory, 'acme--Tiny-Chat', commit, 'model.safetensors.partial')
  await vi.waitFor(async () => expect((await fs.stat(file)).size).toBe(bytes))
}

test('a connection that is cut is taken up where it broke', async () => {
  const commit = hub.publish(name, repository)
  const pauses: number[] = []
  hub.trouble.stallAfter = 100_000
  const adding = describeAndAdd(open({ pause: async (ms) => void pauses.push(ms) }))
  await untilWritten(commit, 100_000)
  hub.trouble.stallAfter = 50_000
  hub.cut()
  await untilWritten(commit, 150_000)
  hub.trouble.stallAfter = null
  hub.trouble.cuts = 2
  hub.cut()
  await adding
  expect(added[0]?.files['model.safetensors']).toEqual(weights)
  expect(largeRequests().map(({ range }) => range)).toEqual([
    null,
    'bytes=100000-',
    'bytes=150000-',
    'bytes=150000-',
    'bytes=150000-',
  ])
  // Longer and longer, and from the start again once something arrived.
  expect(pauses).toEqual([1000, 1000, 2000, 4000])
})

test('a connection that stands still is given up and taken up again', async () => {
  hub.publish(name, repository)
  hub.trouble.stallAfter = 1000
  await describeAndAdd(
    open({ stallMs: 50, pause: async () => void (hub.trouble.stallAfter = null) }),
  )
  expect(added[0]?.files['model.safetensors']).toEqual(weights)
})

/** A download that ended after so many bytes, and for good. */
async function breakOffAfter(commit: string, bytes: number): Promise<void> {
  hub.trouble.stallAfter = bytes
  const adding = describeAndAdd(open())
  await untilWritten(commit, bytes)
  hub.trouble.stallAfter = null
  hub.trouble.cuts = 99
  hub.cut()
  await expect(adding).rejects.toEqual(failure('HubUnreachable'))
  hub.trouble.cuts = 0
}

test('a new launch goes on with what an earlier one left', async () => {
  await breakOffAfter(hub.publish(name, repository), 100_000)
  expect(added).toEqual([])
  const before = largeRequests().length
  const opened = open()
  expect((await opened.describe(name)).receivedBytes).toBeGreaterThan(100_000)
  await describeAndAdd(opened)
  expect(added[0]?.files['model.safetensors']).toEqual(weights)
  expect(largeRequests().slice(before)).toMatchObject([{ range: 'bytes=100000-' }])
})

test('a server that begins anew all the same is followed', async () => {
  await breakOffAfter(hub.publish(name, repository), 100_000)
  hub.trouble.ignoresRange = true
  await describeAndAdd(open())
  expect(added[0]?.files['model.safetensors']).toEqual(weights)
})

test('a newer version never goes on with an older one’s bytes', async () => {
  await breakOffAfter(hub.publish(name, repository), 100_000)
  const newer = Buffer.alloc(300_000, 'newer ')
  hub.publish(name, { files: { ...repository.files, 'model.safetensors': newer } })
  await describeAndAdd(open())
  expect(added[0]?.files['model.safetensors']).toEqual(newer)
})

test('a file that arrives changed is deleted and said, and can be had anew', async () => {
  hub.publish(name, repository)
  hub.trouble.corrupts = true
  const opened = open()
  await expect(describeAndAdd(opened)).rejects.toEqual(
    failure('HubFileDamaged', { name: 'model.safetensors' }),
  )
  expect(added).toEqual([])
  const [folder = ''] = await fs
    .readdir(directory, { recursive: true })
    .then((all) => all.filter((file) => file.includes('model.safetensors')))
  expect(folder).toBe('')
  hub.trouble.corrupts = false
  await describeAndAdd(opened)
  expect(added).toHaveLength(1)
})

test('bytes that changed on this disk are noticed as well', async () => {
  const commit = hub.publish(name, repository)
  const folder = path.join(directory, 'acme--Tiny-Chat', commit)
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(path.join(folder, 'model.safetensors.partial'), 'not these')
  await fs.writeFile(path.join(folder, 'tokenizer.json.partial'), '{')
  await expect(describeAndAdd(open())).rejects.toEqual(
    failure('HubFileDamaged', { name: 'model.safetensors' }),
  )
  await describeAndAdd(open())
  expect(added[0]?.files['tokenizer.json']?.toString()).toBe('{"model":{}}')
})

test('a content network in trouble is asked again, and its end is said', async () => {
  hub.publish(name, repository)
  hub.trouble.cdnStatuses = [503, 403]
  await describeAndAdd(open())
  expect(added).toHaveLength(1)
  hub.trouble.cdnStatuses = Array.from({ length: 9 }, () => 503)
  await expect(describeAndAdd(open())).rejects.toEqual(failure('HubUnavailable', { status: 503 }))
})

test('is cancelled in the middle, and goes on from there when asked again', async () => {
  hub.publish(name, repository)
  hub.trouble.stallAfter = 60_000
  const opened = open()
  const adding = describeAndAdd(opened)
  await vi.waitFor(() => expect(opened.current()?.receivedBytes).toBeGreaterThan(0))
  await expect(opened.add({ repo: name, commit: 'a'.repeat(40), file: null })).rejects.toEqual(
    failure('HubDownloadBusy'),
  )
  opened.cancel()
  await expect(adding).rejects.toEqual(failure('Cancelled'))
  expect(opened.current()).toBeNull()
  expect(progress.at(-1)).toBeNull()
  hub.trouble.stallAfter = null
  await describeAndAdd(opened)
  expect(added[0]?.files['model.safetensors']).toEqual(weights)
})

test('closing the app ends a download and keeps what has arrived', async () => {
  hub.publish(name, repository)
  hub.trouble.stallAfter = 60_000
  const opened = open()
  const adding = describeAndAdd(opened)
  await vi.waitFor(() => expect(opened.current()?.receivedBytes).toBeGreaterThan(0))
  await Promise.all([opened.close(), expect(adding).rejects.toEqual(failure('Cancelled'))])
  expect((await open().describe(name)).receivedBytes).toBeGreaterThan(0)
})

test('says that the disk is too small before it begins', async () => {
  hub.publish(name, repository)
  const opened = open({ freeBytes: async () => 400_000 })
  await expect(opened.describe(name)).rejects.toEqual(
    failure('DiskTooSmall', { needed: expect.stringContaining('KB'), free: '390.6 KB' }),
  )
})

test('says that the disk became full, and goes on when there is room', async () => {
  hub.publish(name, repository)
  let free = 50_000
  const openFile: HubModelsOptions['openFile'] = async (file, flags) => {
    const handle = await fs.open(file, flags)
    const write = handle.writeFile.bind(handle)
    handle.writeFile = async (data) => {
      free -= (data as Buffer).length
      if (free < 0)
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      await write(data)
    }
    return handle
  }
  await expect(describeAndAdd(open({ openFile }))).rejects.toEqual(failure('DiskFull'))
  await describeAndAdd(open())
  expect(added[0]?.files['model.safetensors']).toEqual(weights)
})

test('a Hub that is not there is said', async () => {
  await expect(open({ url: 'http://127.0.0.1:9' }).describe(name)).rejects.toEqual(
    failure('HubUnreachable', { host: '127.0.0.1:9' }),
  )
})

test.each([
  [200, 'HubAnswerInvalid'],
  [403, 'HubUnavailable'],
  [302, 'HubAnswerInvalid'],
])('something else than a Hub, answering %i, is said', async (status, code) => {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'text/html', location: '/again' })
    response.end('<html>Sign in to the guest network</html>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const refused = open({ url: `http://127.0.0.1:${port}` }).describe(name)
    await expect(refused).rejects.toEqual(failure(code))
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('nothing is downloaded while the engine is off', async () => {
  hub.publish(name, repository)
  const requireEngine = async () => {
    throw new AppError('EngineUnavailable', 'The engine is off')
  }
  await expect(describeAndAdd(open({ requireEngine }))).rejects.toEqual(
    failure('EngineUnavailable'),
  )
  expect(largeRequests()).toEqual([])
})

test('another program’s download is left alone, a dead one’s taken over', async () => {
  const commit = hub.publish(name, repository)
  const folder = path.join(directory, 'acme--Tiny-Chat', commit)
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(path.join(folder, 'in-use'), String(process.ppid))
  await expect(describeAndAdd(open())).rejects.toEqual(failure('HubDownloadBusy'))
  await fs.writeFile(path.join(folder, 'in-use'), '999999999')
  await describeAndAdd(open())
  expect(added).toHaveLength(1)
})

test('what nobody went on with for a month is cleared away', async () => {
  const commit = hub.publish(name, repository)
  const folder = path.join(directory, 'acme--Tiny-Chat', commit)
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(path.join(folder, 'model.safetensors.partial'), 'x')
  open({ now: () => Date.now() + 20 * 24 * 3_600_000 })
  open({ now: () => Date.now() + 40 * 24 * 3_600_000 })
  await vi.waitFor(async () => expect(await fs.readdir(path.dirname(folder))).toEqual([]))
})
