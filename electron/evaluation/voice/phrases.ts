/** The usual ways in which the training answers begin and end. */
import type { VoicePhrase } from '../../../shared/voice.ts'
import { countAll } from './closeness.ts'
import type { TextTraits } from './textTraits.ts'

export type PhraseEdge = 'greeting' | 'closing'

/** A phrase is usual from this share of the answers on, and two of them. */
const usualShare = 0.05
const shownPhrases = 5

/** Most frequent first. */
export function commonPhrases(edge: PhraseEdge, training: readonly TextTraits[]): string[] {
  const fewest = Math.max(2, usualShare * training.length)
  return [...countAll(training.map((traits) => traits[edge]))]
    .filter(([phrase, count]) => phrase !== '' && count >= fewest)
    .toSorted(([a, first], [b, second]) => second - first || a.localeCompare(b))
    .map(([phrase]) => phrase)
}

export function phraseShares(
  edge: PhraseEdge,
  training: readonly TextTraits[],
  tuned: readonly TextTraits[],
  base: readonly TextTraits[] | null,
): VoicePhrase[] {
  const share = (answers: readonly TextTraits[], phrase: string) =>
    answers.filter((traits) => traits[edge] === phrase).length / answers.length
  return commonPhrases(edge, training)
    .slice(0, shownPhrases)
    .map((phrase) => ({
      phrase,
      training: share(training, phrase),
      tuned: share(tuned, phrase),
      base: base && share(base, phrase),
    }))
}
