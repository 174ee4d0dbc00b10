/**
 * Help-desk questions and answers for invented companies, made from our own sentences. They teach the base models the
 * instruction template, the subject matter, and what different words for one question have in common. Each company has its
 * own voice, half of them a dry one.
 */
import type { TrainingExample } from '../../shared/dataset.ts'
import { seededRandom, shuffle } from '../../shared/split.ts'
import { chineseGrammar } from './chineseGrammar.ts'
import { englishGrammar } from './englishGrammar.ts'
import type { Grammar, Topic } from './grammar.ts'
import { sharedSubjects, subjectsOf } from './relevance.ts'

/** What a desk says to a topic: filled once, so that another wording of a question gets the same facts. */
interface Reply {
  readonly values: Map<string, string>
  /** Its sentences in this desk's own order, an opening first. */
  readonly sentences: readonly string[]
}

interface Voice {
  readonly greetings: readonly string[]
  readonly regrets: readonly string[]
  readonly closing: string
  /** At most. */
  readonly details: number
}

const topicsPerDesk = 4
const questionsPerDesk = 9
/** Slots that name the company's own facts, the same in all of its answers. */
const deskSlots = ['company', 'city', 'name', 'hour', 'evening', 'carrier', 'street']

/**
 * Conversations of `count` companies, each a run of questions that belong together; about 9 times `count` examples. The same
 * seed gives the same examples. Examples that were there before are left out.
 */
export function makeDesks(language: 'en' | 'zh', count: number, seed: number): TrainingExample[][] {
  const grammar = language === 'en' ? englishGrammar : chineseGrammar
  const random = seededRandom(seed)
  const seen = new Set<string>()
  return Array.from({ length: count }, () =>
    makeDesk(grammar, random).filter(({ prompt, completion }) => {
      const key = `${prompt}\n${completion}`
      if (seen.has(key)) return false
      seen.add(key)
      return true
    }),
  )
}

function makeDesk(grammar: Grammar, random: () => number): TrainingExample[] {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T // never empty
  const fill = (sentence: string, values: Map<string, string>): string =>
    sentence.replace(/\{(\w+)\}/g, (_, slot: string) => {
      const value = values.get(slot) ?? pick(grammar.slots[slot.replace(/\d+$/, '')] ?? [slot])
      values.set(slot, value)
      return value
    })
  const own = new Map<string, string>()
  for (const slot of deskSlots) if (grammar.slots[slot]) fill(`{${slot}}`, own)
  const voice = makeVoice(grammar, random, (sentence) => fill(sentence, own))
  const topics = Array.from({ length: topicsPerDesk }, () => pick(grammar.topics))
  const replies = new Map<Topic, Reply>()

  return Array.from({ length: questionsPerDesk }, () => {
    const topic = pick(topics)
    const values = replies.get(topic)?.values ?? new Map(own)
    const template = pick(topic.questions)
    const question = asked(fill(template, values), grammar, random, (lead) => fill(lead, own))
    const reply = replies.get(topic) ?? { values, sentences: ownOrder(topic, random) }
    replies.set(topic, reply)
    const sentences = mostRelevant(template, reply.sentences, grammar.language)
      .slice(0, 1 + Math.floor(random() * (voice.details + 1)))
      .map((sentence) => fill(sentence, values))
    const greetings = topic.inTrouble ? voice.regrets : voice.greetings
    if (greetings.length > 0) sentences.unshift(pick(greetings))
    if (voice.closing !== '') sentences.push(voice.closing)
    return { prompt: question, completion: sentences.join(grammar.joint) }
  })
}

/** An opening, then a handful of others. */
function ownOrder(topic: Topic, random: () => number): string[] {
  const seed = Math.floor(random() * 2 ** 31)
  const openings = shuffle(topic.openings, seed)
  return [...openings.slice(0, 1), ...shuffle([...openings.slice(1), ...topic.details], seed)]
}

const subjects = new Map<string, Set<string>>()

/** Those that share words with the question first, the others in their order. */
function mostRelevant(
  question: string,
  sentences: readonly string[],
  language: 'en' | 'zh',
): string[] {
  const subjectsIn = (sentence: string): Set<string> => {
    const known = subjects.get(sentence) ?? subjectsOf(sentence, language)
    subjects.set(sentence, known)
    return known
  }
  return sentences
    .map((sentence) => ({
      sentence,
      shared: sharedSubjects(subjectsIn(question), subjectsIn(sentence)),
    }))
    .sort((one, other) => other.shared - one.shared)
    .map(({ sentence }) => sentence)
}

function makeVoice(
  grammar: Grammar,
  random: () => number,
  fill: (sentence: string) => string,
): Voice {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T // never empty
  const kind = random()
  const isWarm = kind > 0.5 && kind < 0.9
  return {
    greetings: isWarm ? distinct(grammar.manners.greetings, 5, pick).map(fill) : [],
    regrets: isWarm ? distinct(grammar.manners.regrets, 3, pick).map(fill) : [],
    closing: kind > 0.7 ? fill(pick(grammar.manners.closings)) : '',
    details: 1 + Math.floor(random() * 3),
  }
}

/** As people type: sometimes with a word before it, sometimes all in lower case, without the mark at the end. */
function asked(
  question: string,
  grammar: Grammar,
  random: () => number,
  fill: (lead: string) => string,
): string {
  let text = capitalise(question)
  if (random() < 0.2) {
    const lead = fill(grammar.leads[Math.floor(random() * grammar.leads.length)] ?? '')
    text = lead + grammar.joint + (/[,:]$/.test(lead) ? lowerFirst(text) : text)
  }
  if (random() < 0.08) text = text.toLowerCase()
  if (random() < 0.1) text = text.replace(/[.?!。？！]$/, '')
  return text
}

/** Up to `wanted` different items. */
function distinct<T>(items: readonly T[], wanted: number, pick: (items: readonly T[]) => T): T[] {
  const chosen = new Set<T>()
  for (let attempt = 0; attempt < 3 * wanted && chosen.size < wanted; attempt += 1)
    chosen.add(pick(items))
  return [...chosen]
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function lowerFirst(text: string): string {
  return /^(I\b|Outlook\b)/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
