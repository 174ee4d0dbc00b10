/** The rows that the grid draws, from pages that are asked for as they come into view. */
import { useThrottledValue } from '@mantine/hooks'
import { queryOptions, useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { GridRow } from '../../shared/workbench/view.ts'
import { pageQuery, pageRows } from './workbenchQueries.ts'

/** While the scroll bar is dragged, not every page that flies by is worth reading. */
const askEveryMs = 60

/** @returns the row at a place of the view; undefined while its page is on its way */
export function useGridRows(
  datasetId: string,
  revision: string,
  drawn: { from: number; to: number },
): (place: number) => GridRow | undefined {
  const wanted = `${Math.floor(drawn.from / pageRows)} ${Math.floor(Math.max(drawn.to - 1, 0) / pageRows)}`
  const settled = useThrottledValue(wanted, askEveryMs)
  const [first = 0, last = 0] = settled.split(' ').map(Number)
  const pages = useMemo(
    () => Array.from({ length: last - first + 1 }, (_, index) => first + index),
    [first, last],
  )
  return useQueries({
    queries: pages.map((page) =>
      queryOptions({
        ...pageQuery(datasetId, revision, page),
        // After an edit the page as it was stays until it is read anew.
        placeholderData: (previous, query) => (query?.queryKey[3] === page ? previous : undefined),
      }),
    ),
    combine: (results) => (place: number) => {
      const rows = results[Math.floor(place / pageRows) - first]?.data?.rows
      return rows?.[place % pageRows]
    },
  })
}
