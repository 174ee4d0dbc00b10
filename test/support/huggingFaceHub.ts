/**
 * The Hugging Face Hub as this app meets it, on loopback: model info, the tree in pages, `resolve` with its redirect to
 * the same host for small files and to a content network on another port for large ones, byte ranges, entity tags, and
 * the refusals with their codes. It is as strict as the real one, and keeps every request to be looked at.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

export interface HubDouble {
  /** The address for the settings. */
  readonly url: string
  readonly cdnUrl: string
  readonly requests: SeenRequest[]
  /** Adds or replaces a repository; returns its newest commit. */
  publish(name: string, repository: DoubleRepository): string
  /** Changes how the next answers come. */
  readonly trouble: Trouble
  /** Breaks the connections to the content network. */
  cut(): void
  close(): Promise<void>
}

export interface SeenRequest {
  readonly server: 'hub' | 'cdn'
  readonly url: string
  readonly range: string | null
  readonly authorization: string | null
}

export interface DoubleRepository {
  readonly files: Readonly<Record<string, Buffer | string>>
  readonly license?: string
  readonly access?: 'public' | 'gated' | 'private'
}

export interface Trouble {
  /** Connections for large files are cut before their first byte, so many times. */
  cuts: number
  /** Bytes of large files arrive changed. */
  corrupts: boolean
  /** Large files stop arriving after so many bytes, the connection left open; null for never. */
  stallAfter: number | null
  /** The content network answers this status, as often as there are numbers. */
  cdnStatuses: number[]
  /** Ranges are left unheeded. */
  ignoresRange: boolean
}

/** What may read gated and private repositories. */
export const goodToken = 'hf_aGoodTokenForTests'
/** A known account that has not accepted the licence. */
export const otherToken = 'hf_anotherAccount'

/** Git attributes of a new repository send these to large file storage. */
const isLarge = (name: string) => /\.(safetensors|gguf|bin|pth|onnx)$/.test(name)
const pageSize = 4

interface StoredFile {
  readonly name: string
  readonly bytes: Buffer
  readonly blobOid: string
  readonly sha256: string | null
}

interface StoredRepository {
  readonly name: string
  readonly commit: string
  readonly files: readonly StoredFile[]
  readonly license: string | null
  readonly access: 'public' | 'gated' | 'private'
}

export async function startHubDouble(): Promise<HubDouble> {
  const repositories = new Map<string, StoredRepository>()
  const requests: SeenRequest[] = []
  const trouble: Trouble = {
    cuts: 0,
    corrupts: false,
    stallAfter: null,
    cdnStatuses: [],
    ignoresRange: false,
  }
  const note = (server: 'hub' | 'cdn', request: IncomingMessage) =>
    requests.push({
      server,
      url: request.url ?? '',
      range: request.headers.range ?? null,
      authorization: request.headers.authorization ?? null,
    })
  const cdn = await listen((request, response) => {
    note('cdn', request)
    answerContent(request, response, repositories, trouble)
  })
  const hub = await listen((request, response) => {
    note('hub', request)
    answerHub(request, response, repositories, { hub: hub.url, cdn: cdn.url })
  })
  return {
    url: hub.url,
    cdnUrl: cdn.url,
    requests,
    trouble,
    publish(name, { files, license, access = 'public' }) {
      const stored = Object.entries(files).map(([file, content]) =>
        store(file, Buffer.from(content)),
      )
      const commit = sha('sha1', stored.map(({ blobOid }) => blobOid).join())
      repositories.set(name, { name, commit, files: stored, license: license ?? null, access })
      return commit
    },
    cut: () => cdn.cut(),
    async close() {
      await Promise.all([hub.close(), cdn.close()])
    },
  }
}

/** The files of a folder, as `publish` takes them. */
export async function filesOf(directory: string): Promise<Record<string, Buffer>> {
  const names = await readdir(directory)
  const files = names.map(
    async (name) => [name, await readFile(path.join(directory, name))] as const,
  )
  return Object.fromEntries(await Promise.all(files))
}

function store(name: string, bytes: Buffer): StoredFile {
  const sha256 = isLarge(name) ? sha('sha256', bytes) : null
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes.length}\n`
  const blob = sha256 === null ? bytes : Buffer.from(pointer)
  const blobOid = sha('sha1', Buffer.concat([Buffer.from(`blob ${blob.length}\0`), blob]))
  return { name, bytes, blobOid, sha256 }
}

function sha(kind: 'sha1' | 'sha256', content: Buffer | string): string {
  return createHash(kind).update(content).digest('hex')
}

interface Listening {
  readonly url: string
  cut(): void
  close(): Promise<void>
}

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string | null,
  message: string,
): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      ...(code === null ? {} : { 'x-error-code': code }),
      'x-error-message': message,
      'x-request-id': 'Root=1-test',
    })
    .end(JSON.stringify({ error: message }))
}

function answerHub(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: ReadonlyMap<string, StoredRepository>,
  urls: { readonly hub: string; readonly cdn: string },
): void {
  const url = new URL(request.url ?? '/', urls.hub)
  if (request.method !== 'GET') return refuse(response, 405, null, 'Method not allowed')
  const parts = url.pathname.split('/').slice(1).map(decodeURIComponent)
  const isCache = url.pathname.startsWith('/api/resolve-cache/models/')
  const isApi = url.pathname.startsWith('/api/models/')
  const [owner = '', name = '', action = '', ...rest] = parts.slice(isCache ? 3 : isApi ? 2 : 0)
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null
  const isKnown = bearer === goodToken || bearer === otherToken
  if (request.headers.authorization !== undefined && !isKnown)
    return refuse(response, 401, null, 'Invalid credentials in Authorization header')
  const repository = repositories.get(`${owner}/${name}`)
  const isHidden = repository?.access === 'private' && bearer !== goodToken
  if (!repository || isHidden)
    return bearer === null
      ? refuse(response, 401, null, 'Invalid username or password.')
      : refuse(response, 404, 'RepoNotFound', 'Repository not found')

  if (isCache) return answerSmall(request, response, repository, action, rest.join('/'))
  const revision = rest[0] ?? ''
  if (!['main', 'HEAD', 'v1.0', repository.commit].includes(revision))
    return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`)

  if (isApi && action === 'revision') {
    const fields = new Set(url.searchParams.getAll('expand'))
    const all: Record<string, unknown> = {
      sha: repository.commit,
      private: repository.access === 'private',
      gated: repository.access === 'gated' ? 'manual' : false,
      downloads: 1,
      likes: 1,
      pipeline_tag: 'text-generation',
      lastModified: '2026-01-01T00:00:00.000Z',
      tags: ['transformers', ...(repository.license ? [`license:${repository.license}`] : [])],
      cardData: repository.license ? { license: repository.license } : {},
    }
    const unknown = [...fields].filter((field) => !(field in all))
    if (unknown.length > 0)
      return refuse(response, 400, null, `"expand" must be one of […], got ${unknown.join()}`)
    const chosen = Object.entries(all).filter(([field]) => fields.has(field))
    return sendJson(response, {
      _id: '66f000000000000000000000',
      id: repository.name,
      ...Object.fromEntries(chosen),
    })
  }
  if (isApi && action === 'tree') {
    const start = rest
      .slice(1)
      .map((folder) => `${folder}/`)
      .join('')
    const below = repository.files.filter(({ name: file }) => file.startsWith(start))
    if (below.length === 0) return refuse(response, 404, 'EntryNotFound', 'Entry not found')
    const isInside = ({ name: file }: StoredFile) => file.slice(start.length).includes('/')
    const folders = new Set(
      below.filter(isInside).map(({ name: file }) => file.slice(start.length).split('/')[0]),
    )
    const entries = [
      ...[...folders].map((folder) => ({
        type: 'directory',
        oid: sha('sha1', String(folder)),
        size: 0,
        path: `${start}${folder}`,
      })),
      ...below.filter((file) => !isInside(file)).map(treeEntry),
    ]
    const from = Number(url.searchParams.get('cursor') ?? 0)
    if (from + pageSize < entries.length) {
      url.searchParams.set('cursor', String(from + pageSize))
      response.setHeader('link', `<${url.href}>; rel="next"`)
    }
    return sendJson(response, entries.slice(from, from + pageSize))
  }
  if (!isApi && action === 'resolve') {
    if (repository.access === 'gated' && bearer !== goodToken)
      return bearer === null
        ? refuse(
            response,
            401,
            'GatedRepo',
            `Access to model ${repository.name} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
          )
        : refuse(
            response,
            403,
            'GatedRepo',
            `Access to model ${repository.name} is restricted and you are not in the authorized list. Visit ${urls.hub}/${repository.name} to ask for access.`,
          )
    const wanted = rest.slice(1).join('/')
    const file = repository.files.find((known) => known.name === wanted)
    if (!file) return refuse(response, 404, 'EntryNotFound', 'Entry not found')
    const { commit } = repository
    const linked = `"${file.sha256 ?? file.blobOid}"`
    const location =
      file.sha256 === null
        ? `/api/resolve-cache/models/${repository.name}/${commit}/${encodeURIComponent(wanted)}?etag=${encodeURIComponent(linked)}`
        : `${urls.cdn}/xet-bridge-us/${file.sha256}?X-Amz-Expires=3600&X-Amz-Signature=${sha('sha256', file.sha256)}`
    response
      .writeHead(file.sha256 === null ? 307 : 302, {
        location,
        'content-type': 'text/plain; charset=utf-8',
        'x-repo-commit': commit,
        'x-linked-size': String(file.bytes.length),
        'x-linked-etag': linked,
      })
      .end(`Found. Redirecting to ${location}`)
    return
  }
  refuse(response, 404, null, 'Sorry, we can’t find the page you are looking for.')
}

function treeEntry({ name, bytes, blobOid, sha256 }: StoredFile) {
  return {
    type: 'file',
    oid: blobOid,
    size: bytes.length,
    ...(sha256 === null
      ? {}
      : {
          lfs: { oid: sha256, size: bytes.length, pointerSize: 134 },
          xetHash: sha('sha256', `xet${sha256}`),
        }),
    path: name,
  }
}

/** Small files, compressed for whoever allows it. */
function answerSmall(
  request: IncomingMessage,
  response: ServerResponse,
  repository: StoredRepository,
  commit: string,
  name: string,
): void {
  const file = repository.files.find((known) => known.name === name)
  if (!file || commit !== repository.commit || file.sha256 !== null)
    return refuse(response, 404, 'EntryNotFound', 'Entry not found')
  const accepted = String(request.headers['accept-encoding'] ?? '')
  if (/gzip/.test(accepted)) {
    const packed = gzipSync(file.bytes)
    response.writeHead(200, { 'content-encoding': 'gzip', etag: `W/"${file.blobOid}"` }).end(packed)
    return
  }
  sendRange(request, response, file.bytes, `"${file.blobOid}"`, (bytes) => response.end(bytes))
}

function answerContent(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: ReadonlyMap<string, StoredRepository>,
  trouble: Trouble,
): void {
  const url = new URL(request.url ?? '/', 'http://cdn')
  const [, bridge, sha256 = ''] = url.pathname.split('/')
  const file = [...repositories.values()]
    .flatMap(({ files }) => files)
    .find((known) => known.sha256 === sha256)
  const isSigned = url.searchParams.get('X-Amz-Signature') === sha('sha256', sha256)
  // S3 refuses a request that is signed twice: an Authorization header beside the signature in the address.
  const isSignedTwice = request.headers.authorization !== undefined
  if (bridge !== 'xet-bridge-us' || !file || !isSigned || isSignedTwice) {
    response.writeHead(isSignedTwice ? 400 : 403, { 'content-type': 'application/xml' })
    response.end('<Error><Code>AccessDenied</Code></Error>')
    return
  }
  const status = trouble.cdnStatuses.shift()
  if (status !== undefined) {
    response.writeHead(status).end()
    return
  }
  const content = trouble.corrupts ? Buffer.from(file.bytes).reverse() : file.bytes
  if (trouble.ignoresRange) delete request.headers.range
  sendRange(request, response, content, `"${sha('sha256', `xet${sha256}`)}"`, (bytes) => {
    if (trouble.cuts > 0) {
      trouble.cuts -= 1
      response.destroy()
    } else if (trouble.stallAfter !== null) response.write(bytes.subarray(0, trouble.stallAfter))
    else response.end(bytes)
  })
}

function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  etag: string,
  send: (bytes: Buffer) => void,
): void {
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' }
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
  if (from === undefined) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length })
    return send(bytes)
  }
  const start = Number(from)
  if (start >= bytes.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  response.writeHead(206, {
    ...headers,
    'content-length': bytes.length - start,
    'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
  })
  send(bytes.subarray(start))
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(value))
}
