/** WordNet: what words mean, as questions and answers and as plain sentences. */
import path from 'node:path'
import type { TrainingExample } from '../../../shared/dataset.ts'
import { readText, type SourceText } from './text.ts'

/** Senses that its authors mark as insults, or that no help desk should explain. */
const unfit = /offensive|derogat|disparag|slur|obscene|vulgar|sexual|intercourse/i
const wordClasses = ['noun', 'verb', 'adj', 'adv'] as const
const askMeaning = [
  'What is {word}?',
  'What does {word} mean?',
  'Can you explain {word}?',
  'Define {word}.',
]

/** Meanings of the words that WordNet's authors found in texts. */
export function readWordNet(directory: string): SourceText {
  const attested = new Set(
    readText(path.join(directory, 'cntlist.rev'))
      .split('\n')
      .map((line) => line.split('%')[0]),
  )
  // The index gives a word's senses with the most frequent one first: "word n ... offset offset".
  const firstSenses = new Map(
    readText(path.join(directory, 'index.noun'))
      .split('\n')
      .map((line): [string, string] => [
        line.split(' ')[0] ?? '',
        /\b\d{8}\b/.exec(line)?.[0] ?? '',
      ]),
  )
  const documents: string[] = []
  const examples: TrainingExample[] = []
  for (const wordClass of wordClasses) {
    for (const line of readText(path.join(directory, `data.${wordClass}`)).split('\n')) {
      if (line.startsWith(' ') || !line.includes('| ') || unfit.test(line)) continue
      const word = (line.split(' ')[4] ?? '').replace(/\(.*\)/, '')
      const gloss = line.slice(line.indexOf('| ') + 2).trim()
      const meaning = (gloss.split(/; "/)[0] ?? '').replace(/^\([^)]*\)\s*/, '')
      const uses = [...gloss.matchAll(/"([^"]{15,})"/g)].map(([, use]) => use ?? '')
      if (meaning.length < 15 || !/^[a-z_]+$/.test(word)) continue
      const name = word.replaceAll('_', ' ')
      documents.push([`${name}: ${meaning}.`, ...uses].join('\n'))
      const isFirst = firstSenses.get(word) === line.slice(0, 8)
      if (wordClass !== 'noun' || !attested.has(word) || !isFirst) continue
      const ask = askMeaning[examples.length % askMeaning.length] ?? ''
      examples.push({
        prompt: ask.replace('{word}', withArticle(name)),
        completion: `${capitalise(meaning)}.`,
      })
    }
  }
  return { documents, examples }
}

function withArticle(name: string): string {
  return /(s|ness|ity|ism|ing|tion)$/.test(name)
    ? name
    : `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
