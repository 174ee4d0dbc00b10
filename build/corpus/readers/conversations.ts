/** Conversations between people, as questions and answers. */
import { readFileSync } from 'node:fs'

import { z } from 'zod'
import type { TrainingExample } from '../../../shared/dataset.ts'
import { filesUnder, type SourceText } from './text.ts'

/** ChatterBot's YAML is regular: `- - question` and `  - answer` lines. */
export function readChatterBot(directory: string): SourceText {
  const examples: TrainingExample[] = []
  for (const file of filesUnder(directory, '.yml')) {
    let question = ''
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const opened = /^\s*- - (.*)$/.exec(line)?.[1]
      const answered = /^\s+- (.*)$/.exec(line)?.[1]
      if (opened !== undefined) question = unquote(opened)
      else if (answered !== undefined && question !== '') {
        // A lone bar opens a block of program text, which is no answer to learn from.
        if (answered.trim() !== '|')
          examples.push({ prompt: question, completion: unquote(answered) })
        question = ''
      }
    }
  }
  return { documents: [], examples }
}

function unquote(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2')
}

const chitChatSchema = z.record(
  z.string(),
  z.object({
    messages: z.array(z.array(z.object({ text: z.string(), sender: z.string() }))),
  }),
)
/** Words that no help desk should learn. */
const rude =
  /\b(f+u+c+k\w*|sh[i1]t\w*|bitch\w*|ass(hole)?|sex\w*|porn\w*|dick|damn|crap|kill\w*|suicid\w*|nazi\w*|hitler|rape\w*|drugs?|weed|drunk|wtf|slut\w*|nigg\w*|fag\w*)\b/i
const conversationTurns = 12

/** Chats of strangers: each turn and its reply; runs of short messages are one turn. Rude and very short ones are left out. */
export function readChitChat(file: string): SourceText {
  const examples: TrainingExample[] = []
  const conversations = chitChatSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  for (const [, { messages }] of Object.entries(conversations).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const turns = messages.slice(0, 2 * conversationTurns).map((turn) =>
      turn
        .map(({ text }) => text)
        .join(' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    for (let at = 0; at + 1 < turns.length; at += 1) {
      const prompt = turns[at] ?? ''
      const completion = turns[at + 1] ?? ''
      const isUseful = [prompt, completion].every(
        (text) =>
          text.length >= 12 && text.length <= 320 && !rude.test(text) && !/https?:|@/.test(text),
      )
      if (isUseful) examples.push({ prompt, completion })
    }
  }
  return { documents: [], examples }
}
