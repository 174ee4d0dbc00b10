/** Manual pages, reStructuredText and gettext catalogues. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { filesUnder, isProse, type Language, readText, type SourceText } from './text.ts'

/** Manual pages in roff, without their commands. */
export function readManualPages(directory: string, language: Language): SourceText {
  return asDocuments(
    filesUnder(directory, '.gz').map((file) =>
      readText(file)
        .replace(/^[.'](?:PP|P|LP|TP|IP|SH|SS|sp|br|Pp|Sh|It).*$/gm, '\n')
        .replace(/^\.(?:B|I|BR|IR|RB|RI|Nm|Fl|Ar|Xr) +(.*)$/gm, '$1')
        .replace(/^[.'].*$/gm, '')
        .replace(/\\f(?:\(..|\[\w*\]|.)|\\[&|^%]|\\s[-+]?\d/g, '')
        .replace(/\\\(..|\\\[\w+\]/g, ' ')
        .replace(/\\-/g, '-'),
    ),
    language,
  )
}

/** reStructuredText, without directives and code. */
export function readRestructuredText(directory: string, language: Language): SourceText {
  return asDocuments(
    filesUnder(directory, '.rst', '.rst.gz').map((file) =>
      readText(file)
        .replace(/^\s*(\.\.|:\w+:|[|+=-]{3,}).*$/gm, '')
        .replace(/:[\w:]+:`([^`<]*)(?:<[^`]*>)?`/g, '$1')
        .replace(/`{1,2}|\*{1,2}|::/g, ''),
    ),
    language,
  )
}

/** The sentences of gettext catalogues (.mo): their original or their translation, in the order of the file. */
export function readCatalogues(
  directory: string,
  names: readonly string[],
  language: Language,
): SourceText {
  const documents = names.flatMap((name) => {
    const bytes = readFileSync(path.join(directory, `${name}.mo`))
    const count = bytes.readUInt32LE(8)
    const table = bytes.readUInt32LE(language === 'en' ? 12 : 16)
    const messages = Array.from({ length: count }, (_, index) => {
      const length = bytes.readUInt32LE(table + 8 * index)
      const begin = bytes.readUInt32LE(table + 8 * index + 4)
      return bytes.toString('utf8', begin, begin + length)
    })
    return messages.map((message) =>
      (message.split('\0')[0] ?? '')
        .replace(/^.*\u0004/s, '')
        .replace(/^\w+\^/, '')
        .replace(/\bdst='[^']*'\s*/g, '')
        .replace(/\btext='([^']*)'/g, '$1')
        .replace(/<[^>]+>/g, ''),
    )
  })
  return asDocuments(documents, language)
}

/** Blocks between empty lines become paragraphs; Chinese lines join without a space. */
function asDocuments(texts: readonly string[], language: Language): SourceText {
  const documents = texts.map((text) =>
    text
      .split(/\n\s*\n/)
      .map((block) =>
        language === 'zh'
          ? block.replace(/(?<=\P{ASCII})\s*\n\s*(?=\P{ASCII})/gu, '').replace(/\s+/g, ' ')
          : block.replace(/\s+/g, ' '),
      )
      .map((block) => block.trim())
      .filter((block) => isProse(block, language))
      .join('\n'),
  )
  return { documents: documents.filter((document) => document.length > 20), examples: [] }
}
