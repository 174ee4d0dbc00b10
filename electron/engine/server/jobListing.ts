/** What lists of jobs have in common: filters by name, status and times, and an order. */
import { z } from 'zod'

export interface ListedJob {
  readonly name: string
  readonly status: string
  readonly createdAtMs: number
  readonly modifiedAtMs: number
}

const time = z.number().optional()

/** @param options the statuses that may be asked for, and what sorts when nothing is said */
export function listInput<S extends string>(options: {
  readonly statuses: readonly [S, ...S[]]
  readonly sortBy: 'Name' | 'CreationTime'
}) {
  return z.object({
    NameContains: z.string().max(63).optional(),
    StatusEquals: z.enum(options.statuses).optional(),
    CreationTimeAfter: time,
    CreationTimeBefore: time,
    LastModifiedTimeAfter: time,
    LastModifiedTimeBefore: time,
    SortBy: z.enum(['Name', 'CreationTime', 'Status']).default(options.sortBy),
    SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
    MaxResults: z.number().int().min(1).max(100).default(10),
    NextToken: z.string().optional(),
  })
}

/** @param jobs in the order of creation */
export function selectJobs<J extends ListedJob>(
  jobs: readonly J[],
  input: z.output<ReturnType<typeof listInput>>,
): J[] {
  const sortKey = (job: J): string | number =>
    input.SortBy === 'Name' ? job.name : input.SortBy === 'Status' ? job.status : job.createdAtMs
  const found = jobs
    .filter(
      (job) =>
        (input.NameContains === undefined || job.name.includes(input.NameContains)) &&
        (input.StatusEquals === undefined || job.status === input.StatusEquals) &&
        isBetween(job.createdAtMs, input.CreationTimeAfter, input.CreationTimeBefore) &&
        isBetween(job.modifiedAtMs, input.LastModifiedTimeAfter, input.LastModifiedTimeBefore),
    )
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0))
  return input.SortOrder === 'Descending' ? found.reverse() : found
}

function isBetween(ms: number, after: number | undefined, before: number | undefined): boolean {
  return (after === undefined || ms > after * 1000) && (before === undefined || ms < before * 1000)
}
