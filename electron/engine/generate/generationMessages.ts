/** What passes between openGenerator and its worker. */
import type { GeneratedToken, GenerationParameters, WeighedToken } from './generation.ts'

export interface GenerationWorkerData {
  readonly modelDirectory: string
  readonly threads: number
}

export type GenerationRequest =
  | {
      readonly type: 'generate'
      readonly id: number
      readonly prompt: string
      readonly parameters: GenerationParameters
    }
  /** Weighing runs the model; without it the probabilities are null. */
  | {
      readonly type: 'tokenize'
      readonly id: number
      readonly text: string
      readonly weigh: boolean
    }
  | { readonly type: 'cancel'; readonly id: number }
  /** Ends the thread after the step it is in. */
  | { readonly type: 'close' }

export type GenerationResponse =
  | { readonly type: 'ready' }
  /** The model cannot be loaded. */
  | { readonly type: 'unusable'; readonly message: string }
  | { readonly type: 'token'; readonly id: number; readonly token: GeneratedToken }
  | { readonly type: 'tokenized'; readonly id: number; readonly tokens: readonly WeighedToken[] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
