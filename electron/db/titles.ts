/**
 * Names of candidates that stand beside what they answered, so that they stay readable after a model was erased. A rename
 * writes them anew; what AWS was given is left as it is.
 */
import type { Endpoint } from '../../shared/endpoint.ts'
import type { WritableDb } from './database.ts'
import { changeEndpoint, listEndpoints } from './endpoints.ts'

const TITLE_ANSWERS = `
  UPDATE answers SET title = @title
  WHERE json_extract(speaker, '$.kind') = 'candidate' AND json_extract(speaker, '$.candidateId') = @id`

const TITLE_BATCHES = `
  UPDATE batches SET batch = json_set(batch, '$.title', @title)
  WHERE json_extract(batch, '$.speaker.kind') = 'candidate'
    AND json_extract(batch, '$.speaker.candidateId') = @id`

/** @param titles by candidate */
export function setTitles(db: WritableDb, titles: ReadonlyMap<string, string>): void {
  for (const [id, title] of titles) {
    db.prepare(TITLE_ANSWERS).run({ id, title })
    db.prepare(TITLE_BATCHES).run({ id, title })
  }
  for (const { endpoint } of listEndpoints(db)) {
    const retitled = withTitles(endpoint, titles)
    if (retitled !== endpoint)
      changeEndpoint(db, endpoint.name, (stored) => ({
        ...stored,
        endpoint: withTitles(stored.endpoint, titles),
      }))
  }
}

/** The same object when no candidate of it has another title. */
function withTitles(endpoint: Endpoint, titles: ReadonlyMap<string, string>): Endpoint {
  const titleOf = (candidateId: string | null | undefined) => titles.get(candidateId ?? '')
  const { revisions, purpose } = endpoint
  const isOurs = revisions.some(({ variants }) =>
    variants.some(({ candidateId }) => titleOf(candidateId) !== undefined),
  )
  if (!isOurs) return endpoint
  return {
    ...endpoint,
    // Called after the candidate that it was made for.
    title: titleOf(revisions[0]?.variants[0]?.candidateId) ?? endpoint.title,
    revisions: revisions.map((revision) => ({
      ...revision,
      variants: revision.variants.map((variant) => ({
        ...variant,
        // A test endpoint's one variant is called after its base model.
        title: (purpose === 'production' && titleOf(variant.candidateId)) || variant.title,
      })),
    })),
  }
}
