/** What the synthetic conversations are made of. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Topic {
  /** Marked with `!` in the file: the customer tells of trouble, and a warm answer opens with regret. */
  readonly inTrouble: boolean
  readonly questions: readonly string[]
  /** Independent sentences; an answer is one opening and up to three details. */
  readonly openings: readonly string[]
  readonly details: readonly string[]
}

/** How a company's answers may begin and end, beside the facts. */
export interface Manners {
  readonly greetings: readonly string[]
  readonly regrets: readonly string[]
  /** `{name}` and `{company}` are the desk's own. */
  readonly closings: readonly string[]
}

export interface Grammar {
  readonly language: 'en' | 'zh'
  readonly topics: readonly Topic[]
  /** What `{slot}` in a sentence may become; one desk or one answer uses the same value throughout. */
  readonly slots: Readonly<Record<string, readonly string[]>>
  /** Before a question. The question goes on in lower case after one that ends with a comma or a colon. */
  readonly leads: readonly string[]
  readonly manners: Manners
  readonly joint: string
}

/** Blocks of three lines (questions, openings, details), each a list with `|` between its sentences. */
export function readTopics(name: 'english' | 'chinese'): Topic[] {
  const file = path.join(import.meta.dirname, 'topics', `${name}.txt`)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n\n')
    .map((block) => {
      const [questions, openings, details, ...rest] = block
        .split('\n')
        .map((line) => line.split('|'))
      if (!questions?.[0] || !openings || !details || rest.length > 0)
        throw new Error(`${file}: a topic has three lines: ${block.slice(0, 60)}`)
      const inTrouble = questions[0].startsWith('!')
      return {
        inTrouble,
        questions: questions.map((question) => question.replace(/^!/, '')),
        openings,
        details,
      }
    })
}

/** Every first word with every second one. */
export function combinations(
  firsts: readonly string[],
  seconds: readonly string[],
  joint: string,
): string[] {
  return firsts.flatMap((first) => seconds.map((second) => first + joint + second))
}
