/** What the code is written from. */
export const codeLanguages = [
  'cli',
  'python',
  'javascript',
  'java',
  'curl',
  'lambda',
  'policy',
] as const
export type CodeLanguage = (typeof codeLanguages)[number]

export interface InvocationFacts {
  readonly endpointName: string
  readonly endpointArn: string
  readonly region: string
  /** The inference component that holds the model of an endpoint which may have no machine; null: it has none. */
  readonly component: { readonly name: string; readonly arn: string } | null
  /** Put around the question, as in training: `{prompt}` stands for it. */
  readonly promptTemplate: string
  /** A question to ask. */
  readonly example: string
  readonly maxNewTokens: number
  /** Of this computer's engine: its address and keys are in the environment that `npm run engine` prints. */
  readonly isLocal: boolean
}

/** Of an endpoint that answers later: questions and answers are objects in S3. */
export interface LaterFacts extends InvocationFacts {
  readonly bucket: string
  /** Where questions are put; ends with a slash, as the next two. */
  readonly requestPrefix: string
  readonly answerPrefix: string
  /** Where the model says why it has no answer. */
  readonly failurePrefix: string
  /** Encrypts what stands in the bucket; null: S3's own key. */
  readonly kmsKeyArn: string | null
}

export type CodeWriters<Facts extends InvocationFacts = InvocationFacts> = Readonly<
  Record<CodeLanguage, (facts: Facts) => string>
>
