/** Guesses which column asks and which one answers. */
import type { ColumnRoles } from '../../shared/dataset.ts'

/** Words of headers in order of trust; English compared without case, spaces, - and _. */
const questionWords = [
  ...['question', 'prompt', 'instruction', 'input', 'query', 'ask', 'request', 'user', 'q'],
  ...['问题', '提问', '问句', '问', '输入', '指令', '提示', '查询', '用户'],
]
const answerWords = [
  ...['answer', 'completion', 'response', 'output', 'reply', 'target', 'assistant', 'a'],
  ...['答案', '回答', '回复', '答复', '答', '输出', '响应', '应答', '客服'],
]

/**
 * By the header's words, else by content: the answer is the column with the longest texts, the question the one that
 * most often ends in a question mark, else the longest of the others.
 *
 * @param sample some rows' cells as text
 * @returns null when there are fewer than two columns
 */
export function guessRoles(
  columns: readonly string[],
  sample: readonly (readonly string[])[],
): ColumnRoles | null {
  if (columns.length < 2) return null
  const byWordsQuestion = columnNamed(columns, questionWords, -1)
  const byWordsAnswer = columnNamed(columns, answerWords, byWordsQuestion)
  const lengths = columns.map((_, index) => average(sample, (cells) => (cells[index] ?? '').length))
  const asks = columns.map((_, index) =>
    average(sample, (cells) => (/[?？]\s*$/.test(cells[index] ?? '') ? 1 : 0)),
  )
  const most = Math.max(...asks)
  const asking = most > 0.3 ? asks.indexOf(most) : -1
  const answer =
    byWordsAnswer >= 0
      ? byWordsAnswer
      : largest(lengths, byWordsQuestion >= 0 ? byWordsQuestion : asking)
  const question =
    byWordsQuestion >= 0
      ? byWordsQuestion
      : asking >= 0 && asking !== answer
        ? asking
        : largest(lengths, answer)
  return { question: columns[question] ?? '', answer: columns[answer] ?? '' }
}

function columnNamed(columns: readonly string[], words: readonly string[], taken: number): number {
  const plain = columns.map((column) => column.toLowerCase().replace(/[\s_-]/g, ''))
  for (const matches of [(name: string, word: string) => name === word, isWordWithin]) {
    for (const word of words) {
      const index = plain.findIndex((name, at) => at !== taken && matches(name, word))
      if (index >= 0) return index
    }
  }
  return -1
}

/** `customer_question` is a question; single letters count only when they are the whole name. */
function isWordWithin(name: string, word: string): boolean {
  return (word.length > 2 || /[\u4e00-\u9fff]{2}/.test(word)) && name.includes(word)
}

function largest(values: readonly number[], except: number): number {
  let best = except === 0 ? 1 : 0
  values.forEach((value, index) => {
    if (index !== except && value > (values[best] ?? 0)) best = index
  })
  return best
}

function average<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0) / Math.max(items.length, 1)
}
