/** What a thread that fills a file and its owner say to each other; types alone, so that the thread starts at once. */

export interface FileWriterData {
  readonly path: string
  /** Of the file system's `open`. */
  readonly flags: string
  /** Slots of `slotBytes` each, one after the other. */
  readonly slots: SharedArrayBuffer
  readonly slotBytes: number
}

export type FileWriterRequest =
  | { readonly kind: 'write'; readonly slot: number; readonly length: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'abandon' }

export type FileWriterAnswer =
  | { readonly kind: 'opened' }
  /** The slot is written. */
  | { readonly kind: 'free'; readonly slot: number }
  | { readonly kind: 'finished'; readonly sha256: string; readonly sizeBytes: number }
  /** With the file system's code, such as ENOSPC. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
