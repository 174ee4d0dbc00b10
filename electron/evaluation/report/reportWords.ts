/** The report's words, from the same locale files as the rest. */

/** Looks a key up; handed in, so that the report does not know where words come from. */
type Translate = (key: string, values?: Record<string, string | number>) => string

export interface ReportWords {
  readonly leaderboard: string
  readonly rank: string
  readonly baseModel: string
  readonly validationLoss: string
  readonly trainingLoss: string
  readonly perplexity: string
  readonly time: string
  readonly suggested: string
  readonly chosen: string
  readonly curves: string
  readonly loss: string
  readonly training: string
  readonly validation: string
  readonly samples: string
  readonly samplesNote: string
  readonly tuned: string
  readonly base: string
  readonly expected: string
  readonly settings: string
  readonly dataset: string
  readonly columns: string
  readonly rows: string
  readonly template: string
  readonly job: string
  writtenAt(date: Date): string
  rowCounts(training: number, validation: number): string
  seconds(seconds: number): string
  /** Of the curves and the evaluation: the page's own words. */
  analysis: Translate
}

export function reportWords(t: Translate): ReportWords {
  const plain = (key: string) => t(`report:${key}`)
  return {
    leaderboard: plain('leaderboard'),
    rank: plain('rank'),
    baseModel: plain('baseModel'),
    validationLoss: plain('validationLoss'),
    trainingLoss: plain('trainingLoss'),
    perplexity: plain('perplexity'),
    time: plain('time'),
    suggested: plain('suggested'),
    chosen: plain('chosen'),
    curves: plain('curves'),
    loss: plain('loss'),
    training: plain('training'),
    validation: plain('validation'),
    samples: plain('samples'),
    samplesNote: plain('samplesNote'),
    tuned: plain('tuned'),
    base: plain('base'),
    expected: plain('expected'),
    settings: plain('settings'),
    dataset: plain('dataset'),
    columns: plain('columns'),
    rows: plain('rows'),
    template: plain('template'),
    job: plain('job'),
    writtenAt: (date) =>
      t('report:writtenAt', { date: date.toISOString().slice(0, 16).replace('T', ' ') }),
    rowCounts: (training, validation) => t('report:rowCounts', { training, validation }),
    seconds: (seconds) => t('report:seconds', { seconds }),
    analysis: (key, values) => t(`analysis:${key}`, values),
  }
}
