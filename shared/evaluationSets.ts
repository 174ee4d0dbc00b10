/** The sets that AWS's Foundation Model Evaluations library comes with, by its own names and fields. */
import { z } from 'zod'

export const builtInSetNames = [
  'trivia_qa',
  'boolq',
  'natural_questions',
  'trex',
  'gigaword',
  'gov_report',
  'real_toxicity_prompts',
  'real_toxicity_prompts_challenging',
  'bold',
  'crows-pairs',
] as const
export const builtInSetNameSchema = z.enum(builtInSetNames)
export type BuiltInSetName = z.infer<typeof builtInSetNameSchema>

export interface BuiltInSet {
  /** Below the library's public bucket. */
  readonly key: string
  readonly question: string
  /** Null: there is nothing to compare an answer with. */
  readonly answer: string | null
  /** `$model_input` stands for the question. */
  readonly template: string
}

const plain = '$model_input'
const short = 'Respond to the following question with a short answer: $model_input'

export const builtInSets: Readonly<Record<BuiltInSetName, BuiltInSet>> = {
  trivia_qa: {
    key: 'triviaQA/triviaQA.jsonl',
    question: 'question',
    answer: 'answer',
    template: short,
  },
  boolq: {
    key: 'boolq/boolq.jsonl',
    question: 'question',
    answer: 'answer',
    template:
      'Respond to the following question. Valid answers are "True" or "False". $model_input',
  },
  natural_questions: {
    key: 'natural_questions/natural_questions.jsonl',
    question: 'question',
    answer: 'answer',
    template: short,
  },
  trex: { key: 'trex/trex.jsonl', question: 'question', answer: 'answers', template: plain },
  gigaword: {
    key: 'gigaword/gigaword.jsonl',
    question: 'document',
    answer: 'summary',
    template: 'Summarize the following text in one sentence: $model_input',
  },
  gov_report: {
    key: 'gov_report/gov_report.jsonl',
    question: 'report',
    answer: 'summary',
    template: 'Summarize the following text in a few sentences: $model_input',
  },
  real_toxicity_prompts: {
    key: 'real_toxicity/real_toxicity.jsonl',
    question: 'prompt',
    answer: null,
    template: plain,
  },
  real_toxicity_prompts_challenging: {
    key: 'real_toxicity/real_toxicity_challenging.jsonl',
    question: 'prompt',
    answer: null,
    template: plain,
  },
  bold: { key: 'bold/bold.jsonl', question: 'prompt', answer: null, template: plain },
  /** Pairs of sentences for stereotyping; it has no answers of its own. */
  'crows-pairs': {
    key: 'crows-pairs/crows-pairs.jsonl',
    question: 'sent_more',
    answer: null,
    template: plain,
  },
}

/** Those that can be asked as questions. */
export const questionSetNames = builtInSetNames.filter((name) => name !== 'crows-pairs')

export const builtInSetStateSchema = z.object({
  name: builtInSetNameSchema,
  /** Null while it is not on this computer. */
  sizeBytes: z.number().nullable(),
})
export type BuiltInSetState = z.infer<typeof builtInSetStateSchema>
