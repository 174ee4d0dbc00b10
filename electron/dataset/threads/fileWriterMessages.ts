/** What a thread that fills a file and its owner say to each other; types alone, so that the thread starts at once. */

export interface FileWriterData {
  readonly path: string
  /** Of the file system's `open`. */
  readonly flags: string
  /** Where the bytes lie that are written. */
  readonly memory: SharedArrayBuffer
  /** Stretches of so many bytes begin at a page, and go past the system's cache. */
  readonly slotBytes: number
}

export type FileWriterRequest =
  | { readonly kind: 'write'; readonly at: number; readonly length: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'abandon' }

export type FileWriterAnswer =
  | { readonly kind: 'opened' }
  /** What begins there is written. */
  | { readonly kind: 'free'; readonly at: number }
  | { readonly kind: 'finished'; readonly sha256: string; readonly sizeBytes: number }
  /** With the file system's code, such as ENOSPC. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
