/** A conversation as a file for people, or for programs. */
import type { Turn } from '../../shared/playground.ts'

export function conversationDocument(turns: readonly Turn[], format: 'markdown' | 'json'): string {
  if (format === 'json') return `${JSON.stringify({ turns }, null, 2)}\n`
  return turns
    .map(({ prompt, answers }) => {
      const said = answers.map(({ title, text }) => `### ${title}\n\n${text}\n`)
      return `## ${prompt.replace(/\s*\n\s*/g, ' ')}\n\n${said.join('\n')}`
    })
    .join('\n')
}
