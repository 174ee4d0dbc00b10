/** What a source gives, and which of its paragraphs are prose. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { TrainingExample } from '../../../shared/dataset.ts'

export type Language = 'en' | 'zh'

export interface SourceText {
  /** A paragraph a line. */
  readonly documents: string[]
  readonly examples: TrainingExample[]
}

/** Sorted, so that every machine reads them in the same order. */
export function filesUnder(directory: string, ...extensions: readonly string[]): string[] {
  if (!existsSync(directory)) throw new Error(`${directory} is missing: has the package changed?`)
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .sort()
    .map((name) => path.join(directory, name))
}

/** A text file, unpacked where it is compressed. */
export function readText(file: string): string {
  const bytes = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** Mostly letters, and long enough for a sentence. */
export function isProse(paragraph: string, language: Language): boolean {
  const letters =
    paragraph.match(language === 'zh' ? /\p{Script=Han}/gu : /[A-Za-z ,.]/g)?.length ?? 0
  const share = letters / paragraph.length
  return language === 'zh'
    ? paragraph.length >= 8 && share > 0.5
    : paragraph.length >= 25 && share > 0.85
}
