/** What SageMaker's List operations have in common: by name and time of creation, sorted, in pages. */
import { z } from 'zod'

export const listInput = <S extends string>(sortBy: readonly [S, ...S[]]) =>
  z.object({
    NameContains: z.string().max(63).optional(),
    StatusEquals: z.string().optional(),
    CreationTimeAfter: z.number().optional(),
    CreationTimeBefore: z.number().optional(),
    SortBy: z.enum(sortBy).default(sortBy[0]),
    SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
    MaxResults: z.number().int().min(1).max(100).default(10),
    NextToken: z.string().optional(),
  })

export function select<T extends { readonly name: string; readonly createdAtMs: number }>(
  records: readonly T[],
  input: {
    NameContains?: string | undefined
    CreationTimeAfter?: number | undefined
    CreationTimeBefore?: number | undefined
    SortBy: string
    SortOrder: 'Ascending' | 'Descending'
  },
): T[] {
  const found = records.filter(
    (record) =>
      (input.NameContains === undefined || record.name.includes(input.NameContains)) &&
      (input.CreationTimeAfter === undefined ||
        record.createdAtMs > input.CreationTimeAfter * 1000) &&
      (input.CreationTimeBefore === undefined ||
        record.createdAtMs < input.CreationTimeBefore * 1000),
  )
  if (input.SortBy === 'Name') found.sort((a, b) => (a.name < b.name ? -1 : 1))
  return input.SortOrder === 'Descending' ? found.reverse() : found
}
