import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTopics } from '../../build/corpus/grammar.ts'
import { readChatterBot, readChitChat } from '../../build/corpus/readers/conversations.ts'
import { readMallard, readMarkup } from '../../build/corpus/readers/markup.ts'
import { readCatalogues, readManualPages } from '../../build/corpus/readers/plain.ts'
import { readWordNet } from '../../build/corpus/readers/wordNet.ts'
import { sharedSubjects, subjectsOf } from '../../build/corpus/relevance.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timbre-corpus-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(path.join(directory, 'source-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), content)
  }
  return folder
}

const sentence = 'Open the settings and choose the language that you want to read.'

test('a page gives its prose, without menus, code and markup', async () => {
  const folder = await folderWith({
    'a.html': `<html><head><title>No</title></head><body><nav><p>${sentence} Menu.</p></nav>
      <p>${sentence} &amp; more.</p><pre>rm -rf /tmp/x</pre><p>x = f(y)</p><p>${sentence.replace('Open', '<b>Close</b>')}</p>`,
  })
  expect(readMarkup(folder, 'en').documents).toEqual([
    `${sentence} & more.\n${sentence.replace('Open', 'Close')}`,
  ])
})

test("a help page's title becomes a question with the page as its answer", async () => {
  const folder = await folderWith({
    'a.page': `<page><info><title>x</title></info><title>Change the language</title><p>${sentence}</p></page>`,
  })
  expect(readMallard(folder, 'en').examples).toEqual([
    { prompt: 'How do I change the language?', completion: sentence },
  ])
})

test('a manual page gives its paragraphs, without roff', async () => {
  const folder = await folderWith({
    'man1/a.1.gz': gzipSync(
      '.TH A 1\n.SH "名称"\n这个命令会显示\\fB所有\\fR的文件和目录的名字。\n.PP\n.B 选项\n如果没有给出选项，就按照名字的顺序显示。\n',
    ),
  })
  expect(readManualPages(folder, 'zh').documents).toEqual([
    '这个命令会显示所有的文件和目录的名字。\n选项如果没有给出选项，就按照名字的顺序显示。',
  ])
})

test('a catalogue gives the originals in English and the translations in Chinese', async () => {
  const original = Buffer.from('context\u0004We must leave this place before the night comes.\0')
  const translation = Buffer.from('我们必须在天黑之前离开这个地方，快走吧，不要再等了。\0')
  const header = Buffer.alloc(28 + 16)
  header.writeUInt32LE(0x950412de, 0)
  header.writeUInt32LE(1, 8)
  header.writeUInt32LE(28, 12)
  header.writeUInt32LE(36, 16)
  header.writeUInt32LE(original.length - 1, 28)
  header.writeUInt32LE(44, 32)
  header.writeUInt32LE(translation.length - 1, 36)
  header.writeUInt32LE(44 + original.length, 40)
  const folder = await folderWith({ 'a.mo': Buffer.concat([header, original, translation]) })
  expect(readCatalogues(folder, ['a'], 'en').documents).toEqual([
    'We must leave this place before the night comes.',
  ])
  expect(readCatalogues(folder, ['a'], 'zh').documents).toEqual([
    '我们必须在天黑之前离开这个地方，快走吧，不要再等了。',
  ])
})

test('chats become turns and replies; rude ones are left out', async () => {
  const turn = (text: string) => [{ text, sender: 'a' }]
  const messages = [
    turn('How was your day today?'),
    turn('It was a long one, thank you.'),
    turn('What the fuck are you saying'),
    turn('I will rather read a book now.'),
  ]
  const folder = await folderWith({ 'dataset.json': JSON.stringify({ one: { messages } }) })
  expect(readChitChat(path.join(folder, 'dataset.json')).examples).toEqual([
    { prompt: 'How was your day today?', completion: 'It was a long one, thank you.' },
  ])
})

test('a bar that opens program text is no answer', async () => {
  const folder = await folderWith({
    'a.yml': 'conversations:\n- - Who are you?\n  - "A program."\n- - Show code\n  - |\n',
  })
  expect(readChatterBot(folder).examples).toEqual([
    { prompt: 'Who are you?', completion: 'A program.' },
  ])
})

test('a word is explained by its most frequent sense, insults not at all', async () => {
  const empty = { 'data.verb': '', 'data.adj': '', 'data.adv': '' }
  const folder = await folderWith({
    ...empty,
    'cntlist.rev': 'kettle%1:06:00:: 1 3\nlout%1:18:00:: 1 1\n',
    'index.noun': 'kettle n 2 1 @ 2 1 00000002 00000001  \nlout n 1 1 @ 1 1 00000003  \n',
    'data.noun': [
      '00000001 17 n 01 kettle 0 000 | a hollow that a glacier left behind',
      '00000002 06 n 01 kettle 0 000 | a metal pot for boiling; "she put the kettle on the stove"',
      '00000003 18 n 01 lout 0 000 | an offensive word for a person',
      '',
    ].join('\n'),
  })
  const { documents, examples } = readWordNet(folder)
  expect(examples).toEqual([
    { prompt: 'What is a kettle?', completion: 'A metal pot for boiling.' },
  ])
  expect(documents).toContain('kettle: a metal pot for boiling.\nshe put the kettle on the stove')
  expect(documents.join('\n')).not.toContain('lout')
})

test('sentences about the same thing share its words, whatever their form', () => {
  const shared = (one: string, other: string, language: 'en' | 'zh') =>
    sharedSubjects(subjectsOf(one, language), subjectsOf(other, language))
  expect(shared('Can I freeze my membership?', 'You can freeze it for {days} months.', 'en')).toBe(
    1,
  )
  expect(shared('Do you deliver on Sunday?', 'Delivery takes {days} days.', 'en')).toBe(1)
  expect(shared('When are you open?', 'You can have it.', 'en')).toBe(0)
  expect(shared('可以续借吗？', '可以续借两次。', 'zh')).toBe(1)
  expect(shared('可以退货吗？', '可以打电话。', 'zh')).toBe(0)
})

test.each(['english', 'chinese'] as const)('every topic in %s has its three lists', (name) => {
  const topics = readTopics(name)
  expect(topics.length).toBeGreaterThan(95)
  expect(topics.some(({ inTrouble }) => inTrouble)).toBe(true)
  for (const { questions, openings, details } of topics)
    for (const sentences of [questions, openings, details])
      for (const text of sentences) expect(text).toMatch(/^[^!|\s].+/s)
})
