/**
 * Makes the profile of a dataset in one pass over its bytes, a large one in several threads. What is kept of a row is 56
 * bytes of numbers, hashes and a signature, in files where there are very many; the texts that are shown are read again
 * at the end.
 */
import { randomBytes } from 'node:crypto'
import type { Overlay } from '../../../shared/workbench/overlay.ts'
import type { DatasetProfile, RowExample } from '../../../shared/workbench/profile.ts'
import { qualityOf } from '../../../shared/workbench/quality.ts'
import type { ContentStore } from '../content.ts'
import { roleIndices } from '../rowCheck.ts'
import type { RowStore } from '../rowStore.ts'
import { alongside } from '../threads/alongside.ts'
import { readRowsByNumber } from '../workbench/rowReader.ts'
import { ProfilePass } from './profilePass.ts'
import type { ProfileTask } from './profileTask.ts'
import type { RowNumbers } from './rowNumbers.ts'
import { StripeReader } from './stripeReader.ts'
import { stripesOf } from './stripes.ts'
import { findTopicsInThread, readStripesInThreads } from './stripeThreads.ts'
import { mostRows } from './textKernel.ts'
import { readTokenTables } from './tokenCounter.ts'
import { findTopicsOfRows } from './topicRows.ts'

/** Fewer stripes are read before a thread has started. */
const stripesForThreads = 3
/** Rows whose questions are kept for the topics, about; the texts of all would not fit. */
const mostTopicRows = 20_000
/** Where the pass over the rows ends and the comparing begins. */
const passShare = 0.85

export async function profileRows(
  content: ContentStore,
  store: RowStore,
  task: ProfileTask,
  overlay: Overlay,
  onProgress: (fraction: number) => void,
): Promise<DatasetProfile> {
  const began = performance.now()
  const { contentSha256, columns, tokenizer } = task
  const index = await store.open(contentSha256)
  const roles = roleIndices(index.columns, columns)
  const stripes = stripesOf(index)
  const areMany = stripes.length >= stripesForThreads
  const run = {
    tables: tokenizer && readTokenTables(JSON.parse(tokenizer.document)),
    seed: randomBytes(8).readBigUInt64LE(),
    sampleEvery: Math.max(1, Math.round(overlay.rowCount / mostTopicRows)),
  }
  const reader = new StripeReader({ content, contentSha256, index, roles, overlay, ...run })
  const pass = new ProfilePass({
    lastRow: overlay.lastRow,
    limit: tokenizer?.limit ?? null,
    // One token ends the text.
    templateLength: tokenizer ? reader.countTokens(tokenizer.templateText) + 1 : 0,
  })
  try {
    const onStripe = (rows: Parameters<typeof pass.add>[0], at: number) => {
      pass.add(rows)
      onProgress(((at + 1) / stripes.length) * passShare)
    }
    if (areMany) await readStripesInThreads(task, run, onStripe)
    else stripes.forEach((stripe, at) => onStripe(reader.read(stripe), at))
    for (let from = overlay.storedRowCount + 1; from <= overlay.lastRow; from += mostRows) {
      pass.add(reader.readAdded(from, Math.min(from + mostRows - 1, overlay.lastRow)))
    }
    const { sample } = pass
    const [alike, { topics, without }] = areMany
      ? await alongside(
          () => pass.compare(),
          (signal) => findTopicsInThread(sample, signal),
        )
      : [pass.compare(), findTopicsOfRows(sample)]
    onProgress(0.95)

    const textsOf = async (rows: readonly number[]): Promise<RowExample[]> =>
      (await readRowsByNumber(store, contentSha256, overlay, rows)).map(
        ({ row: number, cells }) => ({
          row: number,
          text: (cells[roles.question] ?? '').slice(0, 300),
        }),
      )
    const withTexts = async ({ count, rows }: RowNumbers) => ({ count, rows: await textsOf(rows) })
    const groupsOf = (groups: readonly RowNumbers[]) => Promise.all(groups.map(withTexts))
    const { overLimit } = pass
    const limit = tokenizer?.limit ?? null
    // Each sampled row stands for its neighbours.
    const estimate = (count: number) =>
      Math.round((count * pass.filledCount) / Math.max(sample.length, 1))
    return {
      datasetId: task.datasetId,
      contentSha256,
      columns,
      baseModelId: tokenizer?.baseModelId ?? null,
      unit: tokenizer ? 'tokens' : 'characters',
      rowCount: pass.rowCount,
      filledRowCount: pass.filledCount,
      question: pass.questionLengths.histogram(),
      answer: pass.answerLengths.histogram(),
      overLimit:
        limit === null ? null : { limit, cutShare: pass.cutShare, ...(await withTexts(overLimit)) },
      shortAnswers: await withTexts(pass.shortAnswers),
      exactDuplicates: await withTexts(alike.exact),
      nearDuplicates: { count: alike.nearCount, groups: await groupsOf(alike.near) },
      conflicts: { count: alike.conflictCount, groups: await groupsOf(alike.conflicts) },
      languages: pass.languages(),
      mixedLanguages: await withTexts(pass.mixed),
      topics: await Promise.all(
        topics.map(async ({ rows, label, count, x, y }) => ({
          ...{ label: [...label], count: estimate(count), x, y },
          examples: await textsOf(rows),
        })),
      ),
      withoutTopic: estimate(without),
      topicRowCount: sample.length,
      quality: qualityOf({
        rowCount: pass.rowCount,
        filledRowCount: pass.filledCount,
        repeatedCount: alike.exact.count + alike.nearCount,
        conflictCount: alike.conflictCount,
        overLimitCount: overLimit.count,
        shortAnswerCount: pass.shortAnswers.count,
        topicCounts: topics.map(({ count }) => count),
      }),
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    reader.close()
    pass.close()
  }
}
