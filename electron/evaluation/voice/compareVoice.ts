/** Tuned and base answers against the training answers, trait by trait. Definitions: docs/evaluation.md. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { mean, percentileInterval } from '../../../shared/bootstrap.ts'
import { median } from '../../../shared/curveNoise.ts'
import type { EvaluatedRow } from '../../../shared/evaluation.ts'
import { basesOf } from '../../../shared/metricComparison.ts'
import { seededRandom, shuffledPlaces } from '../../../shared/split.ts'
import { voiceTraits, type VoiceComparison, type VoiceTrait } from '../../../shared/voice.ts'
import { closenessOfShares, closenessOfValues, closenessOfWords, countAll } from './closeness.ts'
import { commonPhrases, phraseShares, type PhraseEdge } from './phrases.ts'
import { traitsOf, type TextTraits } from './textTraits.ts'
import { typicalityAgainst } from './typicality.ts'

/** More would take longer and say the same. */
const mostTrainingAnswers = 1000
const resamples = 400
const seed = 20_240_602

/** Places of the training answers that a voice is compared with, of so many. */
export function drawTrainingAnswers(count: number): number[] {
  return [...shuffledPlaces(count, seed).subarray(0, mostTrainingAnswers)]
}

/** Null without answers on either side. The same input gives the same numbers. @param trainingAnswers as they were drawn */
export async function compareVoice(
  trainingAnswers: readonly string[],
  rows: readonly EvaluatedRow[],
): Promise<VoiceComparison | null> {
  if (rows.length === 0 || trainingAnswers.length === 0) return null
  const training = trainingAnswers.map(traitsOf)
  const tuned = rows.map((row) => traitsOf(row.tuned.text))
  const base = basesOf(rows)?.map(({ text }) => traitsOf(text)) ?? null
  const closeness = closenessTo(training)
  const [ofTuned, ofBase] = [closeness(tuned), base && closeness(base)]
  const differences: number[] = []
  const random = seededRandom(seed)
  for (let drawn = 0; base && drawn < resamples; drawn += 1) {
    // The window stays responsive meanwhile.
    if (drawn % 20 === 0) await nextTurn()
    const indices = rows.map(() => Math.floor(random() * rows.length))
    const pick = (all: readonly TextTraits[]) => indices.flatMap((index) => all[index] ?? [])
    differences.push(meanOf(closeness(pick(tuned))) - meanOf(closeness(pick(base))))
  }
  const [low, high] = base ? percentileInterval(differences.sort((a, b) => a - b)) : [null, null]
  const phrases = (edge: PhraseEdge) => phraseShares(edge, training, tuned, base)
  return {
    trainingAnswers: training.length,
    traits: voiceTraits.map((trait) => ({
      trait,
      tuned: ofTuned[trait],
      base: ofBase && ofBase[trait],
      medians: mediansOf(trait, training, tuned, base),
    })),
    overall: {
      tuned: meanOf(ofTuned),
      base: ofBase && meanOf(ofBase),
      difference: ofBase && meanOf(ofTuned) - meanOf(ofBase),
      low,
      high,
    },
    greetings: phrases('greeting'),
    closings: phrases('closing'),
    ...extremes(rows, tuned, training),
  }
}

type Closeness = Record<VoiceTrait, number>

function closenessTo(
  training: readonly TextTraits[],
): (answers: readonly TextTraits[]) => Closeness {
  const numbers = (name: 'length' | 'readingLevel') => training.map((traits) => traits[name])
  const countGreetings = countPhrases('greeting', training)
  const countClosings = countPhrases('closing', training)
  const known = {
    length: numbers('length'),
    readingLevel: numbers('readingLevel'),
    rhythm: training.flatMap(({ sentenceLengths }) => sentenceLengths),
    greeting: countGreetings(training),
    closing: countClosings(training),
    vocabulary: countAll(training.flatMap(({ words }) => words)),
  }
  return (answers) => ({
    length: closenessOfValues(
      known.length,
      answers.map(({ length }) => length),
    ),
    readingLevel: closenessOfValues(
      known.readingLevel,
      answers.map(({ readingLevel }) => readingLevel),
    ),
    rhythm: closenessOfValues(
      known.rhythm,
      answers.flatMap(({ sentenceLengths }) => sentenceLengths),
    ),
    greeting: closenessOfShares(known.greeting, countGreetings(answers)),
    closing: closenessOfShares(known.closing, countClosings(answers)),
    vocabulary: closenessOfWords(known.vocabulary, countAll(answers.flatMap(({ words }) => words))),
  })
}

/** The usual phrases by name, all others as one. */
function countPhrases(
  edge: PhraseEdge,
  training: readonly TextTraits[],
): (answers: readonly TextTraits[]) => Map<string, number> {
  const common = new Set(commonPhrases(edge, training))
  return (answers) =>
    countAll(answers.map((traits) => (common.has(traits[edge]) ? traits[edge] : '')))
}

function meanOf(closeness: Closeness): number {
  return mean(Object.values(closeness))
}

function mediansOf(
  trait: VoiceTrait,
  training: readonly TextTraits[],
  tuned: readonly TextTraits[],
  base: readonly TextTraits[] | null,
): VoiceComparison['traits'][number]['medians'] {
  const of = (answers: readonly TextTraits[]): number | null => {
    if (trait === 'length') return median(answers.map(({ length }) => length))
    if (trait === 'readingLevel') return median(answers.map(({ readingLevel }) => readingLevel))
    if (trait !== 'rhythm') return null
    const lengths = answers.flatMap(({ sentenceLengths }) => sentenceLengths)
    return lengths.length === 0 ? 0 : median(lengths)
  }
  const values = { training: of(training), tuned: of(tuned) }
  return values.training === null || values.tuned === null
    ? null
    : { training: values.training, tuned: values.tuned, base: base && of(base) }
}

function extremes(
  rows: readonly EvaluatedRow[],
  tuned: readonly TextTraits[],
  training: readonly TextTraits[],
): Pick<VoiceComparison, 'typicalRow' | 'untypicalRow'> {
  const typicality = typicalityAgainst(training)
  const ordered = rows
    .map(({ position }, index) => ({ position, value: typicality(tuned[index]) }))
    .sort((a, b) => b.value - a.value || a.position - b.position)
  return {
    typicalRow: ordered[0]?.position ?? null,
    untypicalRow: ordered.length < 2 ? null : (ordered.at(-1)?.position ?? null),
  }
}
