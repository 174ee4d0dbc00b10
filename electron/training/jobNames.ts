/** Names that AWS accepts, from names that people like. */
import { randomBytes } from 'node:crypto'

/** SageMaker's and Bedrock's. */
const longestJobName = 63
/** Autopilot's. */
export const longestAutoMLJobName = 32

/**
 * Letters, digits and single hyphens; what a name in another script leaves over may be nothing at all. The random end
 * makes the name a key: a create that is sent twice finds its own job.
 */
export function trainingJobName(
  modelName: string,
  baseModelName: string,
  longest = longestJobName,
): string {
  const random = randomBytes(4).toString('hex')
  // "timbre", the digits and three hyphens; the rest is shared by the two slugs.
  const longestSlug = Math.floor((longest - 'timbre'.length - random.length - 3) / 2)
  const parts = [slug(modelName, longestSlug), slug(baseModelName, longestSlug)]
  return ['timbre', ...parts.filter((part) => part !== ''), random].join('-')
}

export function slug(text: string, longest: number): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
}
