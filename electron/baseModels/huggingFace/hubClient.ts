/** The Hub as far as adding a model needs it: what a repository is and holds, and the bytes of its files. */
import { listFiles, modelInfo } from '@huggingface/hub'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import type { HubReference } from '../../../shared/hubModel.ts'
import { answerInvalid, brokenOff, refusalOf, unreachable } from './hubErrors.ts'
import { createHubFetch, type HubAddress, type HubResponse } from './hubFetch.ts'

/** A file at the top of a repository, or of one of its folders. */
export interface HubFile {
  /** What it is called on this computer. */
  readonly name: string
  /** Where it stands in the repository; left out: at the top, by its name. */
  readonly path?: string
  readonly sizeBytes: number
  /** What its bytes must hash to: SHA-256 where it is stored as a large file, Git's blob hash otherwise. */
  readonly hash: { readonly kind: 'sha256' | 'gitBlob'; readonly value: string }
}

export interface HubRepository {
  readonly repo: string
  readonly commit: string
  readonly license: string
}

export interface HubClient {
  readonly url: string
  /** @throws AppError HubModelNotFound, HubModelGated, … */
  describe(reference: HubReference): Promise<HubRepository>
  /** @param folder such as `onnx`; left out: the top */
  listFiles(repository: Pick<HubRepository, 'repo' | 'commit'>, folder?: string): Promise<HubFile[]>
  /** The first bytes of a file; all of them where it has no more than `atMost`. */
  readStart(
    repository: Pick<HubRepository, 'repo' | 'commit'>,
    name: string,
    atMost: number,
  ): Promise<Buffer>
  /** A file, by its path in the repository, from this byte on; 200 instead of 206 where the server starts from the beginning all the same. */
  open(
    repository: Pick<HubRepository, 'repo' | 'commit'>,
    path: string,
    fromByte: number,
    signal: AbortSignal,
  ): Promise<HubResponse>
}

const repositorySchema = z.object({
  name: z.string().regex(/^[\w-][\w.-]*\/[\w-][\w.-]*$/),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  cardData: z
    .looseObject({
      license: z.union([z.string(), z.array(z.string())]).nullish(),
      license_name: z.string().nullish(),
    })
    .nullish()
    .catch(null),
  tags: z.array(z.string()).nullish().catch(null),
})

const entrySchema = z.object({
  type: z.string(),
  path: z.string(),
  size: z.number().int().nonnegative(),
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int() }).optional(),
})

/** A question that takes longer is given up; the bytes of large files have no such limit. */
const longestAskMs = 60_000

/** Nothing that leaves a folder, hides, or that some system can't write. */
const plainName = /^[\w][\w .+()-]{0,200}$/

export function createHubClient(address: HubAddress, signal?: AbortSignal): HubClient {
  const { url } = address
  const send = createHubFetch(address)

  const soon = () =>
    AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(longestAskMs)])

  /** For the library, which knows neither the token nor where redirects may lead. */
  function fetchFor(reference: HubReference): typeof fetch {
    return async (input, init) => {
      const { response } = await send(String(input), { ...init, signal: soon() })
      if (!response.ok) throw await refused(response, reference)
      return response
    }
  }

  async function refused(response: Response, reference: HubReference): Promise<AppError> {
    await response.body?.cancel()
    return refusalOf(response, { ...reference, hubUrl: url, hasToken: address.token !== null })
  }

  const open: HubClient['open'] = async ({ repo, commit }, path, fromByte, openSignal) => {
    const escaped = path.split('/').map(encodeURIComponent).join('/')
    const answer = await send(`${url}/${repo}/resolve/${commit}/${escaped}`, {
      headers: {
        // Compressed bytes could neither be counted nor gone on with.
        'accept-encoding': 'identity',
        ...(fromByte > 0 ? { range: `bytes=${fromByte}-` } : {}),
      },
      signal: openSignal,
    })
    const { response, isFromHub } = answer
    if (response.ok || response.status === 416) return answer
    const reference = { repo, revision: commit }
    if (isFromHub) throw await refused(response, reference)
    await response.body?.cancel()
    // A signed address that has run out, or a content network in trouble: asked again, the Hub gives a new one.
    const { status } = response
    const host = new URL(response.url).host
    throw new AppError('HubUnavailable', `${host} answered ${status}`, {
      details: { host, status },
      retryable: true,
    })
  }

  return {
    url,
    open,
    async describe(reference) {
      const answer = await understood(url, () =>
        modelInfo({
          name: reference.repo,
          ...(reference.revision === null ? {} : { revision: reference.revision }),
          additionalFields: ['sha', 'cardData', 'tags'],
          hubUrl: url,
          fetch: fetchFor(reference),
        }),
      )
      const { name, sha, cardData, tags } = parsed(url, repositorySchema, answer)
      const tagged = tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length)
      const named = [cardData?.license ?? tagged ?? []].flat()
      const shown = cardData?.license_name ? [cardData.license_name] : named
      return { repo: name, commit: sha, license: shown.join(', ').slice(0, 200) }
    },
    async listFiles({ repo, commit }, folder) {
      const entries = await understood(url, () =>
        collected(
          listFiles({
            repo: { type: 'model', name: repo },
            revision: commit,
            ...(folder === undefined ? {} : { path: folder }),
            hubUrl: url,
            fetch: fetchFor({ repo, revision: commit }),
          }),
        ),
      )
      const start = folder === undefined ? '' : `${folder}/`
      return entries
        .filter(
          ({ type, path }) =>
            type === 'file' && path.startsWith(start) && plainName.test(path.slice(start.length)),
        )
        .map((entry) => {
          const { path, size, oid, lfs } = parsed(url, entrySchema, entry)
          return {
            name: path.slice(start.length),
            path,
            sizeBytes: lfs?.size ?? size,
            hash: lfs ? { kind: 'sha256', value: lfs.oid } : { kind: 'gitBlob', value: oid },
          }
        })
    },
    async readStart(repository, name, atMost) {
      const enough = new AbortController()
      const stops = AbortSignal.any([soon(), enough.signal])
      const { response } = await open(repository, name, 0, stops)
      const chunks: Uint8Array[] = []
      let length = 0
      try {
        for await (const chunk of response.body ?? []) {
          chunks.push(chunk)
          length += chunk.length
          if (length >= atMost) break
        }
      } catch (error) {
        throw brokenOff(url, signal, error)
      } finally {
        enough.abort()
      }
      return Buffer.concat(chunks).subarray(0, atMost)
    },
  }
}

/** What the library throws for an answer that is no JSON is a matter of the address. */
async function understood<T>(url: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof AppError) throw error
    // The body broke off.
    if (error instanceof TypeError || error instanceof DOMException) throw unreachable(url, error)
    throw answerInvalid(url, error instanceof Error ? error.message : String(error), error)
  }
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

function parsed<T extends z.ZodType>(url: string, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw answerInvalid(url, z.prettifyError(result.error), result.error)
}
