/** What passes between openClassifier and its worker. */

export interface ScoringWorkerData {
  readonly modelDirectory: string
  /** A classifier labels one text; an encoder compares it with another. */
  readonly kind: 'classifier' | 'encoder'
  readonly threads: number
}

export interface ScoringRequest {
  readonly id: number
  /** Null ends the thread. */
  readonly text: string | null
  /** What an encoder compares it with. */
  readonly reference?: string
}

export type ScoringResponse =
  | { readonly type: 'ready' }
  | { readonly type: 'unusable'; readonly message: string }
  | {
      readonly type: 'scored'
      readonly id: number
      readonly scores: Readonly<Record<string, number>>
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
