/** A model of the Hugging Face Hub: how it is named, what adding it would download, and how far that is. */
import { z } from 'zod'

export const defaultHubUrl = 'https://huggingface.co'

/** An http(s) address without a query or a name in it; kept without a slash at its end. */
export const hubUrlSchema = z
  .string()
  .trim()
  .max(300)
  .transform((text) => text.replace(/\/+$/, ''))
  .refine(isHubUrl)

function isHubUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s?#]+$/.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

export interface HubReference {
  /** `owner/name` */
  readonly repo: string
  /** Branch, tag or commit; null for the newest. */
  readonly revision: string | null
}

const repoName = /^(?!.*(\.\.|--))[\w-][\w.-]{0,95}\/[\w-][\w.-]{0,95}$/
const revisionName = /^(?!.*\.\.)[\w][\w./-]{0,199}$/

/** `owner/name`, with `@revision` if wanted, or the address of its page on the Hub or on `hubUrl`; null for all else. */
export function parseHubReference(text: string, hubUrl: string): HubReference | null {
  const trimmed = text.trim()
  if (/^(https?:\/\/|(www\.)?(huggingface\.co|hf\.co)\/)/.test(trimmed))
    return fromAddress(trimmed, hubUrl)
  const [repo = '', revision = null, ...more] = trimmed.split('@')
  return more.length === 0 ? referenceOf(repo, revision) : null
}

function fromAddress(text: string, hubUrl: string): HubReference | null {
  const address = text.startsWith('http') ? text : `https://${text}`
  const path = [hubUrl, defaultHubUrl, 'https://www.huggingface.co', 'https://hf.co']
    .map((base) => pathBelow(address, base))
    .find((found) => found !== null)
  if (!path) return null
  const [owner = '', name = '', kind, ...rest] = path.split('/').filter((part) => part !== '')
  const [plainName = '', tagged = null] = name.split('@')
  const isTree = kind === 'tree' || kind === 'commit'
  // A page of one file names its revision first; a revision with a slash in it can't be told apart there.
  const revision = isTree
    ? rest.join('/')
    : kind === 'blob' || kind === 'resolve'
      ? rest[0]
      : tagged
  return referenceOf(`${owner}/${plainName}`, revision ? decoded(revision) : null)
}

/** What follows `base` in the address, without query and fragment. */
function pathBelow(address: string, base: string): string | null {
  if (!URL.canParse(address)) return null
  const { host, pathname } = new URL(address)
  const { host: ownHost, pathname: ownPath } = new URL(base)
  const prefix = ownPath.endsWith('/') ? ownPath : `${ownPath}/`
  return host === ownHost && pathname.startsWith(prefix) ? pathname.slice(prefix.length) : null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function referenceOf(repo: string, revision: string | null): HubReference | null {
  if (!repoName.test(repo)) return null
  if (revision !== null && !revisionName.test(revision)) return null
  return { repo, revision }
}

const fileSchema = z.object({ name: z.string(), sizeBytes: z.number().int().nonnegative() })

/** What adding it would download, before anything is. */
export const hubModelSchema = z.object({
  repo: z.string(),
  /** The commit that its revision is at now. */
  commit: z.string(),
  /** As the Hub spells it, such as `apache-2.0`; '' where it says nothing. */
  license: z.string(),
  /** Its page, with the licence to read. */
  url: z.string(),
  /** Everything that is downloaded; without a choice of GGUF file, what comes along with it. */
  files: z.array(fileSchema),
  /** Not empty where one of these has to be chosen. */
  ggufFiles: z.array(fileSchema),
  /** Of `files`, what an earlier download left here. */
  receivedBytes: z.number().int().nonnegative(),
})
export type HubModel = z.infer<typeof hubModelSchema>

export const addHubModelSchema = z.object({
  repo: z.string().regex(repoName),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** One of `ggufFiles`; null where there are none. */
  file: z.string().nullable(),
})
export type AddHubModel = z.infer<typeof addHubModelSchema>

export const hubDownloadSchema = z.object({
  repo: z.string(),
  /** `adding`: everything is here, and is being copied and checked. */
  phase: z.enum(['downloading', 'adding']),
  receivedBytes: z.number().nonnegative(),
  totalBytes: z.number().nonnegative(),
  /** Null until there is something to measure. */
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
})
export type HubDownload = z.infer<typeof hubDownloadSchema>

/** Of the access token only this is ever told: whether there is one, and whether it outlives this session. */
export const hubTokenStateSchema = z.object({
  state: z.enum(['none', 'kept', 'session']),
  /** Whether this computer has a key store to keep one in. */
  canKeep: z.boolean(),
})
export type HubTokenState = z.infer<typeof hubTokenStateSchema>

/** Printable, so that it fits into a header. */
export const hubTokenSchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,500}$/)
