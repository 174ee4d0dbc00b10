/** What a split would give: counts, leakage, and what either side is about. */
import type { ColumnRoles } from '../../../shared/dataset.ts'
import { countedUp, sampleOf } from '../../../shared/split.ts'
import type { SplitPreview } from '../../../shared/workbench/splitPlan.ts'
import { BitSet } from '../bitSet.ts'
import { divideShare, RowDivider, type DivideOptions, type Division } from './divideRows.ts'
import { findTopics } from '../profile/topics.ts'
import { topicCharacters } from '../profile/words.ts'
import { readTexts, type ExampleTexts } from './trainingExamples.ts'

const mostExamples = 50
/** Of a question, to be shown and to tell its topic. */
const shownCharacters = 1000
/** How far finding leaks brings it. */
const leaksShare = 0.9
/** Topics are found from so many questions, and counted among so many; the texts of all would not fit. */
const topicSample = 4000
const mostTopicRows = 20_000

type Side = 'training' | 'validation'
interface Place {
  readonly side: Side
  readonly row: number
}

/**
 * The rows and lines of its examples are those of the content that was read.
 *
 * @throws AppError as RowDivider does
 */
export async function previewSplit(options: DivideOptions): Promise<SplitPreview> {
  const divider = new RowDivider(options, true)
  try {
    const division = await divider.divide()
    const { training, validation, groupCount } = division
    options.onProgress?.(divideShare)
    const leaks = divider.findLeaks(division)
    const counts = { all: 0, same: 0 }
    const shown: { training: number; validation: number }[] = []
    for (const leak of leaks) {
      counts.all += 1
      if (leak.isSame) counts.same += 1
      if (shown.length === mostExamples) continue
      // Places that the sides have.
      const trained = training[leak.training] as number
      shown.push({ training: trained, validation: validation[leak.validation] as number })
    }
    const { split, splitSeed } = options.request
    const isRandom = (split ?? { kind: 'random' }).kind === 'random'
    // Where every validation row leaks there are rows for both sides only if not all questions are alike.
    const isAvoidable = counts.all < validation.length || (isRandom && leaks.hasSeveralQuestions)
    options.onProgress?.(leaksShare)
    const looked = topicPlaces(division, splitSeed)
    const questionOf = await readQuestions(options, [
      ...looked,
      ...shown.flatMap((leak): Place[] => [
        { side: 'training', row: leak.training },
        { side: 'validation', row: leak.validation },
      ]),
    ])
    return {
      trainingCount: training.length,
      validationCount: validation.length,
      trainingTokens: divider.tokensOf(training),
      groupCount,
      leakage: {
        same: counts.same,
        similar: counts.all - counts.same,
        isAvoidable,
        examples: shown.map((leak) => {
          const { prompt, line } = questionOf({ side: 'validation', row: leak.validation })
          const training = questionOf({ side: 'training', row: leak.training }).prompt
          return { validation: prompt, training, row: leak.validation, line }
        }),
      },
      topics: countTopics(looked, questionOf, division, splitSeed),
      topicRowCount: looked.length,
    }
  } finally {
    divider.close()
  }
}

interface Question {
  readonly prompt: string
  readonly line: number | null
}

const unread: Question = { prompt: '', line: null }

/** Training rows first. */
function topicPlaces({ training, validation }: Division, seed: number): Place[] {
  const count = training.length + validation.length
  return Array.from(sampleOf(countedUp(count), mostTopicRows, seed), (place): Place => {
    const isTrained = place < training.length
    // Places that the sides have.
    return isTrained
      ? { side: 'training', row: training[place] as number }
      : { side: 'validation', row: validation[place - training.length] as number }
  })
}

/** In one pass over each content. */
async function readQuestions(
  { read, contentSha256, request }: DivideOptions,
  places: readonly Place[],
): Promise<(place: Place) => Question> {
  const { columns, split } = request
  const file = split?.kind === 'file' ? (split.contentSha256 ?? '') : contentSha256
  const contentOf = { training: contentSha256, validation: file }
  const questions = new Map<string, Map<number, Question>>()
  for (const sha256 of new Set([contentSha256, file])) {
    const wanted = places.filter(({ side }) => contentOf[side] === sha256).map(({ row }) => row)
    questions.set(sha256, await questionsOf(read(sha256), columns, wanted))
  }
  return ({ side, row }) => questions.get(contentOf[side])?.get(row) ?? unread
}

async function questionsOf(
  content: ReturnType<DivideOptions['read']>,
  columns: ColumnRoles,
  rows: readonly number[],
): Promise<Map<number, Question>> {
  const questions = new Map<number, Question>()
  const wanted = BitSet.of(Uint32Array.from(rows))
  const take = (texts: ExampleTexts) => ({
    row: texts.row,
    line: texts.line,
    prompt: texts.promptStart(shownCharacters),
  })
  for await (const batch of readTexts(content, columns, wanted, take))
    for (const { row, ...question } of batch) questions.set(row, question)
  return questions
}

/** The largest first; of very many rows each that was looked at stands for its side's neighbours. */
function countTopics(
  looked: readonly Place[],
  questionOf: (place: Place) => Question,
  { training, validation }: Division,
  seed: number,
): SplitPreview['topics'] {
  const questions = looked.map((place) => questionOf(place).prompt.slice(0, topicCharacters))
  const places = sampleOf(countedUp(questions.length), topicSample, seed)
  const sample = Array.from(places, (place) => questions[place] ?? '')
  const model = findTopics(sample, seed)
  const counts = model.labels.map((label) => ({ label: [...label], training: 0, validation: 0 }))
  const seen = { training: 0, validation: 0 }
  looked.forEach(({ side }, place) => {
    seen[side] += 1
    const topic = counts[model.assign(questions[place] ?? '').topic]
    if (topic) topic[side] += 1
  })
  const estimate = (count: number, among: number, all: number) =>
    among === all ? count : Math.round((count * all) / Math.max(among, 1))
  return counts
    .map(({ label, ...count }) => ({
      label,
      training: estimate(count.training, seen.training, training.length),
      validation: estimate(count.validation, seen.validation, validation.length),
    }))
    .sort((a, b) => b.training + b.validation - a.training - a.validation)
}
