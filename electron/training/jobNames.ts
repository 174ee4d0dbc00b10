/** Names that AWS accepts, from names that people like. */
import { randomBytes } from 'node:crypto'

/** Two slugs, "timbre", eight random digits and three hyphens within SageMaker's 63 characters. */
const longestSlug = 23

/**
 * Letters, digits and single hyphens; what a name in another script leaves over may be nothing at all. The random end
 * makes the name a key: a create that is sent twice finds its own job.
 */
export function trainingJobName(modelName: string, baseModelId: string): string {
  const parts = ['timbre', slug(modelName), slug(baseModelId)].filter((part) => part !== '')
  return `${parts.join('-')}-${randomBytes(4).toString('hex')}`
}

function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, longestSlug)
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
}
