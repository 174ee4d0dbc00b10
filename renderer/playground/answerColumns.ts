/** Who is asked stands above what they answered. */
import type { SimpleGridProps } from '@mantine/core'

export function answerColumns(count: number): Pick<SimpleGridProps, 'cols'> {
  return { cols: { base: 1, sm: Math.min(2, count), xl: count } }
}
