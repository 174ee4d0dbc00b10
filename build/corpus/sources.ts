/**
 * Where the pretraining text comes from: open-licensed packages, read as paragraphs. Each source says its licence, which
 * goes into the manifest and the model card.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TrainingExample } from '../../shared/dataset.ts'

export interface Source {
  readonly name: string
  readonly package: string
  readonly kind: 'debian' | 'pypi'
  readonly license: string
  readonly language: 'en' | 'zh'
  /** Documents of plain text, in a fixed order. */
  readonly read: (directory: string) => SourceText
}

export interface SourceText {
  readonly documents: string[]
  readonly examples: TrainingExample[]
}

const gnomeHelp = (language: 'en' | 'zh', folder: string): Source => ({
  name: `GNOME user help (${language})`,
  package: 'gnome-user-docs',
  kind: 'debian',
  license: 'CC-BY-SA-3.0',
  language,
  read: (directory) => readMallard(path.join(directory, 'usr/share/help', folder), language),
})

const libreOfficeHelp = (language: 'en' | 'zh', name: string, folder: string): Source => ({
  name: `LibreOffice help (${language})`,
  package: name,
  kind: 'debian',
  license: 'MPL-2.0',
  language,
  read: (directory) =>
    readHtml(
      path.join(directory, 'usr/share/libreoffice/help', folder, 'text'),
      language,
      'DisplayArea',
    ),
})

const debianHandbook = (language: 'en' | 'zh', folder: string): Source => ({
  name: `The Debian Administrator's Handbook (${language})`,
  package: 'debian-handbook',
  kind: 'debian',
  license: 'GPL-2.0-or-later OR CC-BY-SA-3.0',
  language,
  read: (directory) =>
    readHtml(path.join(directory, 'usr/share/doc/debian-handbook/html', folder), language),
})

const chatterBot = (language: 'en' | 'zh', folder: string): Source => ({
  name: `ChatterBot conversations (${language})`,
  package: 'chatterbot-corpus',
  kind: 'pypi',
  license: 'BSD-3-Clause',
  language,
  read: (directory) => readConversations(path.join(directory, 'chatterbot_corpus/data', folder)),
})

export const sources: readonly Source[] = [
  gnomeHelp('en', 'C'),
  gnomeHelp('zh', 'zh_CN'),
  libreOfficeHelp('en', 'libreoffice-help-en-us', 'en-US'),
  libreOfficeHelp('zh', 'libreoffice-help-zh-cn', 'zh-CN'),
  debianHandbook('en', 'en-US'),
  debianHandbook('zh', 'zh-CN'),
  chatterBot('en', 'english'),
  chatterBot('zh', 'chinese'),
]

/** Downloads and unpacks a source's package under `cache`, once. Needs apt-get and dpkg, or pip. */
export function fetchSource(source: Source, cache: string): { directory: string; version: string } {
  const download = path.join(cache, 'packages', source.package)
  const directory = path.join(cache, 'unpacked', source.package)
  mkdirSync(download, { recursive: true })
  if (readdirSync(download).length === 0) {
    if (source.kind === 'debian') {
      execFileSync('apt-get', ['download', source.package], { cwd: download, stdio: 'inherit' })
    } else {
      execFileSync('pip', ['download', '--no-deps', '--quiet', source.package], { cwd: download })
    }
  }
  const file = readdirSync(download)[0] ?? ''
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true })
    const archive = path.join(download, file)
    if (source.kind === 'debian') execFileSync('dpkg', ['-x', archive, directory])
    else execFileSync('python3', ['-m', 'zipfile', '-e', archive, directory])
  }
  return { directory, version: file.split(source.kind === 'debian' ? '_' : '-')[1] ?? '' }
}

function filesUnder(directory: string, extension: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => path.join(directory, name))
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** Markup without its tags; a paragraph a line. */
function paragraphsOf(markup: string): string[] {
  return markup
    .replace(
      /<!--[\s\S]*?-->|<(script|style|info|head|nav|pre|screen|code-block|footer|aside)\b[\s\S]*?<\/\1>/gi,
      ' ',
    )
    .replace(
      /<\/?(p|h[1-6]|li|item|title|td|th|tr|div|dt|dd|section|steps|list|br|desc)\b[^>]*>/gi,
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

function isProse(paragraph: string, language: 'en' | 'zh'): boolean {
  const letters =
    paragraph.match(language === 'zh' ? /\p{Script=Han}/gu : /[A-Za-z ,.]/g)?.length ?? 0
  const share = letters / paragraph.length
  return language === 'zh'
    ? paragraph.length >= 8 && share > 0.5
    : paragraph.length >= 25 && share > 0.85
}

function readMallard(directory: string, language: 'en' | 'zh'): SourceText {
  const documents: string[] = []
  const examples: TrainingExample[] = []
  for (const file of filesUnder(directory, '.page')) {
    const markup = readFileSync(file, 'utf8')
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

function asQuestion(title: string, language: 'en' | 'zh'): string {
  if (title === '') return ''
  if (/[?？]$/.test(title)) return title
  if (language === 'zh') return `怎么${title}？`
  return `How do I ${title.charAt(0).toLowerCase()}${title.slice(1)}?`
}

function readHtml(directory: string, language: 'en' | 'zh', contentId?: string): SourceText {
  const documents = filesUnder(directory, '.html').map((file) => {
    const markup = readFileSync(file, 'utf8')
    const start = contentId ? Math.max(markup.indexOf(`id="${contentId}"`), 0) : 0
    return paragraphsOf(markup.slice(markup.indexOf('>', start) + 1))
      .filter((paragraph) => isProse(paragraph, language))
      .join('\n')
  })
  return { documents: documents.filter((document) => document.length > 80), examples: [] }
}

/** ChatterBot's YAML is regular: `- - question` and `  - answer` lines. */
function readConversations(directory: string): SourceText {
  const examples: TrainingExample[] = []
  for (const file of filesUnder(directory, '.yml')) {
    let question = ''
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const opened = /^\s*- - (.*)$/.exec(line)?.[1]
      const answered = /^\s+- (.*)$/.exec(line)?.[1]
      if (opened !== undefined) question = unquote(opened)
      else if (answered !== undefined && question !== '') {
        // A lone bar opens a block of program text, which is no answer to learn from.
        if (answered.trim() !== '|')
          examples.push({ prompt: question, completion: unquote(answered) })
        question = ''
      }
    }
  }
  return { documents: [], examples }
}

function unquote(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2')
}
