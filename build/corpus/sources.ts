/**
 * Where the pretraining text comes from: open-licensed packages. Each source says its licence, which goes into the manifest
 * and the model cards.
 */
import path from 'node:path'
import { readChatterBot, readChitChat } from './readers/conversations.ts'
import { readFolders, readMallard, readMarkup } from './readers/markup.ts'
import { readCatalogues, readManualPages, readRestructuredText } from './readers/plain.ts'
import type { Language, SourceText } from './readers/text.ts'
import { readWordNet } from './readers/wordNet.ts'

export interface Source {
  readonly name: string
  readonly package: string
  readonly kind: 'debian' | 'pypi'
  readonly license: string
  readonly language: Language
  /** In a fixed order. */
  readonly read: (directory: string) => SourceText
}

type Folders = Readonly<Partial<Record<Language, readonly [packageName: string, folder: string]>>>

/** One book or help in one or two languages, in Debian packages. */
function debian(
  name: string,
  license: string,
  folders: Folders,
  read: (directory: string, language: Language) => SourceText,
): Source[] {
  return (['en', 'zh'] as const).flatMap((language) => {
    const place = folders[language]
    if (!place) return []
    const [packageName, folder] = place
    return {
      name,
      package: packageName,
      kind: 'debian' as const,
      license,
      language,
      read: (directory: string) => read(path.join(directory, folder), language),
    }
  })
}

/** The game's own texts and its campaigns, which tell their stories in dialogues. */
const wesnothPackages: readonly (readonly [part: string, catalogues: readonly string[]])[] = [
  ['data', ['help', 'lib', 'multiplayer', 'tutorial', 'units']],
  ...[
    'did',
    'dm',
    'dw',
    'ei',
    'httt',
    'l',
    'low',
    'nr',
    'sof',
    'sota',
    'sotbe',
    'thot',
    'trow',
    'tsg',
    'utbs',
  ].map((campaign): [string, string[]] => [campaign, [campaign]]),
]
const wesnothFolder = 'usr/share/games/wesnoth/1.16/locale/zh_CN/LC_MESSAGES'

export const sources: readonly Source[] = [
  ...debian(
    'GNOME user help',
    'CC-BY-SA-3.0',
    {
      en: ['gnome-user-docs', 'usr/share/help/C'],
      zh: ['gnome-user-docs', 'usr/share/help/zh_CN'],
    },
    readMallard,
  ),
  ...debian(
    'LibreOffice help',
    'MPL-2.0',
    {
      en: ['libreoffice-help-en-us', 'usr/share/libreoffice/help/en-US/text'],
      zh: ['libreoffice-help-zh-cn', 'usr/share/libreoffice/help/zh-CN/text'],
    },
    (directory, language) => readMarkup(directory, language, { from: 'id="DisplayArea"' }),
  ),
  ...debian(
    "The Debian Administrator's Handbook",
    'GPL-2.0-or-later OR CC-BY-SA-3.0',
    {
      en: ['debian-handbook', 'usr/share/doc/debian-handbook/html/en-US'],
      zh: ['debian-handbook', 'usr/share/doc/debian-handbook/html/zh-CN'],
    },
    readMarkup,
  ),
  ...debian(
    'GIMP help',
    'GFDL-1.2-or-later',
    {
      en: ['gimp-help-en', 'usr/share/gimp/2.0/help/en'],
      zh: ['gimp-help-zh-cn', 'usr/share/gimp/2.0/help/zh_CN'],
    },
    readMarkup,
  ),
  ...debian(
    'MATE user guide',
    'GFDL-1.1-or-later',
    {
      en: ['mate-user-guide', 'usr/share/help/C'],
      zh: ['mate-user-guide', 'usr/share/help/zh_CN'],
    },
    (directory, language) => readMarkup(directory, language, { extension: '.xml' }),
  ),
  ...debian(
    'Debian Reference',
    'GPL-2.0-or-later',
    {
      en: ['debian-reference-en', 'usr/share/debian-reference'],
      zh: ['debian-reference-zh-cn', 'usr/share/debian-reference'],
    },
    readMarkup,
  ),
  ...debian(
    'Debian installation guide',
    'GPL-2.0',
    {
      en: ['installation-guide-amd64', 'usr/share/doc/installation-guide-amd64/en'],
      zh: ['installation-guide-amd64', 'usr/share/doc/installation-guide-amd64/zh_CN'],
    },
    readMarkup,
  ),
  ...debian(
    'The Debian GNU/Linux FAQ',
    'LicenseRef-Debian-FAQ',
    {
      en: ['debian-faq', 'usr/share/doc/debian/FAQ'],
      zh: ['debian-faq-zh-cn', 'usr/share/doc/debian/FAQ/zh-cn'],
    },
    readMarkup,
  ),
  ...debian(
    "Debian New Maintainers' Guide",
    'GPL-2.0-or-later',
    {
      en: ['maint-guide', 'usr/share/doc/maint-guide/html'],
      zh: ['maint-guide-zh-cn', 'usr/share/doc/maint-guide-zh-cn/html'],
    },
    readMarkup,
  ),
  ...debian(
    'Debian Edu manuals',
    'GPL-2.0-or-later',
    {
      en: ['debian-edu-doc-en', 'usr/share/doc/debian-edu-doc-en'],
      zh: ['debian-edu-doc-zh-cn', 'usr/share/doc/debian-edu-doc-zh-cn'],
    },
    readMarkup,
  ),
  ...debian(
    'KiCad help',
    'GPL-3.0-or-later OR CC-BY-3.0',
    {
      en: ['kicad-doc-en', 'usr/share/doc/kicad/help/en'],
      zh: ['kicad-doc-zh', 'usr/share/doc/kicad/help/zh'],
    },
    (directory, language) => readMarkup(directory, language, { from: '<div id="content"' }),
  ),
  ...wesnothPackages.flatMap(([part, catalogues]) =>
    debian(
      'Battle for Wesnoth, texts of the game',
      'GPL-2.0-or-later',
      {
        en: [`wesnoth-1.16-${part}`, wesnothFolder],
        zh: [`wesnoth-1.16-${part}`, wesnothFolder],
      },
      (directory, language) =>
        readCatalogues(
          directory,
          catalogues.map((name) => `wesnoth-${name}`),
          language,
        ),
    ),
  ),
  ...debian(
    'GnuCash guide and help',
    'GFDL-1.1-or-later',
    { en: ['gnucash-docs', 'usr/share/doc/gnucash-docs'] },
    (directory, language) =>
      readFolders(directory, ['gnucash-guide-en', 'gnucash-help-en'], (folder) =>
        readMarkup(folder, language),
      ),
  ),
  ...debian(
    "Debian Developer's Reference",
    'GPL-2.0-or-later',
    { en: ['developers-reference', 'usr/share/developers-reference'] },
    readMarkup,
  ),
  ...debian(
    'The Rust books',
    'MIT OR Apache-2.0',
    { en: ['rust-doc', 'usr/share/doc/rust-doc/html'] },
    (directory, language) =>
      readFolders(
        directory,
        ['book', 'reference', 'rustc', 'rustdoc', 'nomicon', 'embedded-book'],
        (folder) => readMarkup(folder, language, { from: '<main' }),
      ),
  ),
  ...debian(
    'Python documentation',
    'PSF-2.0',
    { en: ['python3.11-doc', 'usr/share/doc/python3.11/html'] },
    (directory, language) =>
      readFolders(directory, ['tutorial', 'howto', 'faq', 'library', 'reference'], (folder) =>
        readMarkup(folder, language, { from: 'role="main"' }),
      ),
  ),
  ...debian(
    'WordNet',
    'WordNet licence (BSD-like)',
    { en: ['wordnet-base', 'usr/share/wordnet'] },
    (directory) => readWordNet(directory),
  ),
  ...debian(
    'LilyPond learning manual',
    'GFDL-1.3-or-later',
    { zh: ['lilypond-doc-html-zh', 'usr/share/doc/lilypond/html/Documentation'] },
    (directory, language) =>
      readFolders(directory, ['learning', 'web'], (folder) => readMarkup(folder, language)),
  ),
  ...debian(
    'Chinese manual pages',
    'GFDL-1.2-or-later AND GPL-2.0-or-later',
    { zh: ['manpages-zh', 'usr/share/man/zh_CN'] },
    readManualPages,
  ),
  ...debian(
    'Linux kernel documentation, Chinese translation',
    'GPL-2.0',
    { zh: ['linux-doc-6.1', 'usr/share/doc/linux-doc-6.1/Documentation/translations/zh_CN'] },
    readRestructuredText,
  ),
  ...(
    [
      ['en', 'english'],
      ['zh', 'chinese'],
    ] as const
  ).map(([language, folder]) => ({
    name: 'ChatterBot conversations',
    package: 'chatterbot-corpus',
    kind: 'pypi' as const,
    license: 'BSD-3-Clause',
    language,
    read: (directory: string) =>
      readChatterBot(path.join(directory, 'chatterbot_corpus/data', folder)),
  })),
  {
    name: 'BYU Chit-Chat conversations',
    package: 'chitchat-dataset',
    kind: 'pypi',
    license: 'MIT',
    language: 'en',
    read: (directory) => readChitChat(path.join(directory, 'chitchat_dataset/dataset.json')),
  },
]
