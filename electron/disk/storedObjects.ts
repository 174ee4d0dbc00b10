/** What the workspace's bucket holds, told apart by who needs it. */
import type { StoredObjectFacts } from '../aws/s3.ts'

/** Younger ones may belong to work that is going on in another window. */
const settledAfterMs = 60 * 60 * 1000

/** Prefixes of what is uploaded again whenever it is needed, or was left behind by work that broke off. */
const copies = ['timbre/datasets/', 'timbre/questions/', 'timbre/exports/', 'timbre/imports/']

/** Copies of training data and the like that nothing waits for. */
export function settledCopies(
  objects: readonly StoredObjectFacts[],
  nowMs: number,
): StoredObjectFacts[] {
  return objects.filter(
    ({ key, modifiedAtMs }) =>
      nowMs - modifiedAtMs > settledAfterMs && copies.some((prefix) => key.startsWith(prefix)),
  )
}

export function sizeOfObjects(objects: readonly StoredObjectFacts[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
