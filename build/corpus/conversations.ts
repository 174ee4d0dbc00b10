/**
 * Help-desk questions and answers for invented companies, made from our own sentences. They teach the base models the
 * instruction template and the subject matter; their voice is dry on purpose, so that a fine-tuned voice stands out.
 */
import { seededRandom } from '../../shared/split.ts'
import type { TrainingExample } from '../../shared/dataset.ts'
import { englishTopics } from './englishTopics.ts'
import { chineseTopics } from './chineseTopics.ts'

export interface Topic {
  readonly questions: readonly string[]
  /** Independent sentences; an answer is one opening and one or two of these. */
  readonly openings: readonly string[]
  readonly details: readonly string[]
}

export interface Grammar {
  readonly topics: readonly Topic[]
  /** What `{slot}` in a sentence may become; one example uses the same value throughout. */
  readonly slots: Readonly<Record<string, readonly string[]>>
  readonly lead: readonly string[]
  readonly joint: string
}

/** The same seed gives the same examples. Repetitions are left out, so fewer than `count` may come back. */
export function makeConversations(
  language: 'en' | 'zh',
  count: number,
  seed: number,
): TrainingExample[] {
  const grammar = language === 'en' ? englishTopics : chineseTopics
  const random = seededRandom(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T // never empty
  const seen = new Set<string>()
  const examples: TrainingExample[] = []
  for (let attempt = 0; attempt < count; attempt += 1) {
    const topic = pick(grammar.topics)
    const values = new Map<string, string>()
    const fill = (sentence: string): string =>
      sentence.replace(/\{(\w+)\}/g, (_, slot: string) => {
        const value = values.get(slot) ?? pick(grammar.slots[slot.replace(/\d+$/, '')] ?? [slot])
        values.set(slot, value)
        return value
      })
    const question = fill(pick(topic.questions))
    const lead = random() < 0.25 ? pick(grammar.lead) + grammar.joint : ''
    const details = [pick(topic.openings)]
    const wanted = 1 + Math.floor(random() * 2)
    while (details.length <= wanted) {
      const detail = pick(topic.details)
      if (!details.includes(detail)) details.push(detail)
      else if (topic.details.length < wanted) break
    }
    const example = {
      prompt: capitalise(lead + (lead && language === 'en' ? lowerFirst(question) : question)),
      completion: details.map(fill).join(grammar.joint),
    }
    const key = `${example.prompt}\n${example.completion}`
    if (!seen.has(key)) examples.push(example)
    seen.add(key)
  }
  return examples
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function lowerFirst(text: string): string {
  return /^I\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
