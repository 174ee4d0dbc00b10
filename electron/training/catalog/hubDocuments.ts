/** AWS's hub, document by document: read once per version and kept, since reading hundreds takes a while. */
import { AppError } from '../../../shared/errors.ts'
import { describeHubContent, publicHub, type HubSummary } from '../../aws/hub.ts'
import {
  isFineTunable,
  readHubModel,
  type HubContent,
  type HubModel,
} from '../../aws/hubDocument.ts'
import type { Connection } from '../../aws/workspace.ts'
import { findHubDocument, saveHubDocument } from '../../db/hubDocuments.ts'
import type { WritableDb } from '../../db/database.ts'

export interface HubDocuments {
  /** Those that can be fine-tuned, in the hub's order. What is asked for twice at a time is read once. */
  list(connection: Connection, summaries: () => Promise<HubSummary[]>): Promise<ListedHubModel[]>
  /** @throws AppError NotFound, BaseModelUnusable */
  describe(connection: Connection, name: string): Promise<HubModel>
}

export interface ListedHubModel {
  readonly arn: string
  readonly model: CachedModel
}

export interface CachedModel {
  /** By CreateTrainingJob with its own trainer; one with a recipe alone is not. */
  readonly isTrainable: boolean
  readonly hubModel: HubModel
}

export interface HubDocumentsOptions {
  readonly db: WritableDb
  /** A model of this computer's hub, which needs no keeping. */
  readonly describeLocal: (id: string) => Promise<HubModel>
  readonly onProgress: (progress: { readonly read: number; readonly total: number }) => void
}

/** At a time; AWS's limit on describing is not published. */
const readers = 4

export function createHubDocuments({
  db,
  describeLocal,
  onProgress,
}: HubDocumentsOptions): HubDocuments {
  const listing = new Map<string, Promise<ListedHubModel[]>>()

  async function readAll(
    connection: Connection,
    summaries: () => Promise<HubSummary[]>,
  ): Promise<ListedHubModel[]> {
    const likely = (await summaries()).filter(mayBeLanguageModel)
    const found = new Map<string, CachedModel | null>()
    const missing: HubSummary[] = []
    for (const summary of likely) {
      const kept = findHubDocument(db, keyOf(connection, summary))
      if (kept === undefined) missing.push(summary)
      else found.set(summary.name, kept === null ? null : parse(summary.name, kept))
    }
    const total = likely.length
    let read = total - missing.length
    if (missing.length > 0) onProgress({ read, total })
    const pending = [...missing]
    await Promise.all(
      Array.from({ length: readers }, async () => {
        for (let next = pending.shift(); next; next = pending.shift()) {
          found.set(next.name, await readOne(connection, next))
          read += 1
          onProgress({ read, total })
        }
      }),
    )
    return likely.flatMap(({ name, arn }) => {
      const model = found.get(name)
      return model ? [{ arn, model }] : []
    })
  }

  async function readOne(connection: Connection, summary: HubSummary) {
    const content = await describeHubContent(connection.clients, publicHub, summary.name)
    const { HubContentName, HubContentVersion, HubContentDisplayName } = content
    const { HubContentDescription, HubContentMarkdown, HubContentDocument } = content
    const text = JSON.stringify({
      HubContentName,
      HubContentVersion,
      HubContentDisplayName,
      HubContentDescription,
      HubContentMarkdown,
      HubContentDocument,
    })
    const model = parse(summary.name, text)
    saveHubDocument(db, keyOf(connection, summary), model === null ? null : text)
    return model
  }

  return {
    list(connection, summaries) {
      const { workspaceId } = connection
      const running = listing.get(workspaceId) ?? readAll(connection, summaries)
      listing.set(workspaceId, running)
      const forget = () => {
        if (listing.get(workspaceId) === running) listing.delete(workspaceId)
      }
      running.then(forget, forget)
      return running
    },
    async describe(connection, name) {
      if (connection.kind === 'local') return describeLocal(name)
      const content = await describeHubContent(connection.clients, publicHub, name)
      const model = parse(name, JSON.stringify({ ...content, $metadata: undefined }))
      if (model) return model.hubModel
      throw new AppError('BaseModelUnusable', `${name} cannot be fine-tuned`, {
        details: { reason: name },
      })
    },
  }
}

/** Hundreds of contents classify pictures; their documents are not worth a call each. */
function mayBeLanguageModel({ name, keywords }: HubSummary): boolean {
  const isOther =
    /-(ic|od|is|ss|tc|spc|ner|eqa|tcembedding|imagegeneration|txt2img|asr|summarization)-/
  const words = [name, ...keywords].join(' ').toLowerCase()
  return (
    /text-?generation|llm|text2text|reasoning|vlm|chat|language|nova/.test(words) &&
    !isOther.test(name)
  )
}

function keyOf({ region }: Connection, { name, version }: HubSummary) {
  return { region, name, version }
}

/** Null: it can't be fine-tuned, or its document lacks what that takes. */
function parse(name: string, text: string): CachedModel | null {
  try {
    const content: HubContent = JSON.parse(text)
    const document: unknown = JSON.parse(content.HubContentDocument ?? '{}')
    if (!isFineTunable(document)) return null
    const hubModel = readHubModel(name, content, { isImported: false, isCloud: true })
    const isTrainable = hubModel.trainingImage !== '' && hubModel.trainingArtifactUri !== ''
    return { isTrainable, hubModel }
  } catch {
    return null
  }
}
