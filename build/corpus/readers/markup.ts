/** Help pages and books in HTML, DocBook and Mallard. */
import path from 'node:path'
import type { TrainingExample } from '../../../shared/dataset.ts'
import { filesUnder, isProse, type Language, readText, type SourceText } from './text.ts'

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** Markup without its tags; a paragraph a line. */
export function paragraphsOf(markup: string): string[] {
  return markup
    .replace(
      /<!--[\s\S]*?-->|<(script|style|info|head|nav|pre|screen|programlisting|code-block|footer|aside)\b[\s\S]*?<\/\1>/gi,
      ' ',
    )
    .replace(
      /<\/?(p|para|h[1-6]|li|listitem|item|title|td|th|tr|div|dt|dd|section|sect\d|steps|list|br|desc)\b[^>]*>/gi,
      '\n',
    )
    .replace(/<[^>]+>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) =>
      String.fromCodePoint(Number.parseInt(code, 16)),
    )
    .replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .split('\n\n')
    .flatMap((block) => block.split(/\n\s*\n|(?<=[.:?!。：？！])\n/))
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph.length > 1)
}

/** Each page its prose. `from` is where the content begins, for pages with menus before it. */
export function readMarkup(
  directory: string,
  language: Language,
  { extension = '.html', from = '' }: { readonly extension?: string; readonly from?: string } = {},
): SourceText {
  const documents = filesUnder(directory, extension).map((file) => {
    const markup = readText(file)
    const start = from ? Math.max(markup.indexOf(from), 0) : 0
    return paragraphsOf(markup.slice(markup.indexOf('>', start) + 1))
      .filter((paragraph) => isProse(paragraph, language))
      .join('\n')
  })
  return { documents: documents.filter((document) => document.length > 80), examples: [] }
}

/** GNOME's help pages; each page's title also makes a question with the first paragraphs as its answer. */
export function readMallard(directory: string, language: Language): SourceText {
  const documents: string[] = []
  const examples: TrainingExample[] = []
  for (const file of filesUnder(directory, '.page')) {
    const markup = readText(file)
    const title = /<title>([\s\S]*?)<\/title>/.exec(
      markup.replace(/<info>[\s\S]*?<\/info>/, ''),
    )?.[1]
    const paragraphs = paragraphsOf(markup).filter((paragraph) => isProse(paragraph, language))
    if (paragraphs.length === 0) continue
    const heading = (title ?? '')
      .replace(/<[^>]+>/g, '')
      .replace(/\s+/g, ' ')
      .trim()
    documents.push([heading, ...paragraphs].join('\n'))
    const answer = paragraphs.slice(0, 3).join(' ')
    if (isProse(`${heading}                         `, 'en') || language === 'zh') {
      examples.push({ prompt: asQuestion(heading, language), completion: answer.slice(0, 500) })
    }
  }
  return { documents, examples: examples.filter((example) => example.prompt !== '') }
}

function asQuestion(title: string, language: Language): string {
  if (title === '') return ''
  if (/[?？]$/.test(title)) return title
  if (language === 'zh') return `怎么${title}？`
  return `How do I ${title.charAt(0).toLowerCase()}${title.slice(1)}?`
}

/** Texts of several folders as one. */
export function readFolders(
  root: string,
  folders: readonly string[],
  read: (directory: string) => SourceText,
): SourceText {
  const texts = folders.map((folder) => read(path.join(root, folder)))
  return {
    documents: texts.flatMap(({ documents }) => documents),
    examples: texts.flatMap(({ examples }) => examples),
  }
}
