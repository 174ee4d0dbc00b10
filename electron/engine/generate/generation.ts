/** The words of text generation, named as in the published parameters of hosted text-generation containers. */

export interface GenerationParameters {
  readonly maxNewTokens: number
  /** Above 0; only with doSample. */
  readonly temperature: number
  /** Samples from the smallest set of tokens with this much probability; 1 keeps all. */
  readonly topP: number
  /** Samples from this many likeliest tokens; 0 keeps all. */
  readonly topK: number
  /** False takes the likeliest token each time. */
  readonly doSample: boolean
  /** 1 is none. */
  readonly repetitionPenalty: number
  /** Null draws a new one. */
  readonly seed: number | null
  /** Generation ends once the new text contains one of these, which stays part of the text. */
  readonly stop: readonly string[]
  /** Keeps this many last tokens of the prompt. */
  readonly truncate?: number | null
}

export type FinishReason = 'length' | 'eos_token' | 'stop_sequence'

export interface GeneratedToken {
  readonly id: number
  /** Whole characters only; '' while a character's bytes are incomplete, and for special tokens. */
  readonly text: string
  /** Natural logarithm of the model's own probability, before temperature and penalties. */
  readonly logprob: number
  readonly special: boolean
  /** On the last token only. */
  readonly finishReason?: FinishReason
}

/** A token as the model reads it. */
export interface ReadToken {
  readonly id: number
  /** By itself; a part of a character shows as U+FFFD. */
  readonly text: string
}

/** A token that the model has read, with the probability it gave to it. */
export interface WeighedToken extends ReadToken {
  /** Natural logarithm; null of the first one, before which nothing stands. */
  readonly logprob: number | null
}

export interface Generator {
  /** What the model reads of a text. */
  tokenize(text: string): Promise<readonly ReadToken[]>
  /** The same, and how likely each token was after those before it. Longer texts lose their start. */
  weigh(text: string): Promise<readonly WeighedToken[]>
  /**
   * Continues a prompt. Longer prompts lose their start so that the answer fits the model's context. Rejects with the
   * signal's reason when aborted.
   */
  generate(
    prompt: string,
    parameters: GenerationParameters,
    signal?: AbortSignal,
  ): AsyncIterable<GeneratedToken>
  /** Frees the model; running generations reject. */
  close(): Promise<void>
}
