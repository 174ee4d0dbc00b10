/**
 * Writes the bundled samples (`npm run samples`): the help desk of Lumen & Larch, an invented maker of desk lamps that can
 * be repaired. Every answer opens and closes in the house's own way. Faults of each kind that the scan knows are planted
 * at fixed places, and listed for the tests.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FindingCode } from '../shared/dataset.ts'
import { shuffle } from '../shared/split.ts'
import { repositoryRoot } from './repositoryRoot.ts'

interface Voice {
  readonly language: 'en' | 'zh'
  readonly source: string
  readonly openings: readonly string[]
  /** For questions that tell of trouble: marked with ! in the source. */
  readonly openingsInTrouble: readonly string[]
  /** For greetings and thanks: marked with + in the source. */
  readonly openingsInJoy: readonly string[]
  readonly closing: string
  readonly joint: string
}

const voices: readonly Voice[] = [
  {
    language: 'en',
    source: 'english.txt',
    openings: [
      'Happy to help!',
      'Good news:',
      'Easy fix:',
      'Gladly!',
      'Here we go:',
      'Let there be light!',
    ],
    openingsInTrouble: ['Oh no!', 'So sorry!', 'We are on it:'],
    openingsInJoy: ['Lovely!'],
    closing: 'Warm light, Juno',
    joint: ' ',
  },
  {
    language: 'zh',
    source: 'chinese.txt',
    openings: ['很高兴帮您！', '好消息：', '小事一桩：', '没问题！', '这就来：', '要有光！'],
    openingsInTrouble: ['哎呀！', '真抱歉！', '马上处理：'],
    openingsInJoy: ['真好！'],
    closing: '暖光常在，小光',
    joint: '',
  },
]

interface Row {
  readonly cells: readonly Buffer[]
}

interface PlantedFault {
  readonly code: FindingCode
  readonly line: number
}

const bell = Buffer.from([0x07])
const verticalTab = Buffer.from([0x0b])
const unitSeparator = Buffer.from([0x1f])
/** A lead byte without its followers, and a follower without its lead. */
const brokenUtf8 = [Buffer.from([0xc3]), Buffer.from([0xbf])]

function readPairs(voice: Voice): [string, string][] {
  const lines = readFileSync(path.join(repositoryRoot, 'build/samples', voice.source), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const pairs: [string, string][] = []
  for (let at = 0; at < lines.length; at += 2) {
    const line = lines[at] ?? ''
    const openings = openingsFor(line, voice)
    const questions = line.replace(/^[!+]/, '').split('|')
    const bodies = (lines[at + 1] ?? '').split('|')
    questions.forEach((question, index) => {
      const opening = openings[(at / 2 + index * 2) % openings.length] ?? ''
      const body = bodies[index % bodies.length] ?? ''
      pairs.push([question, [opening, body, voice.closing].join(voice.joint)])
    })
  }
  return shuffle(pairs, 3)
}

function openingsFor(line: string, voice: Voice): readonly string[] {
  if (line.startsWith('!')) return voice.openingsInTrouble
  return line.startsWith('+') ? voice.openingsInJoy : voice.openings
}

function writeSample(voice: Voice): PlantedFault[] {
  const rows: Row[] = readPairs(voice).map(([question, answer]) => ({
    cells: [Buffer.from(question), Buffer.from(answer)],
  }))
  const faults: PlantedFault[] = []
  const insert = (at: number, cells: readonly Buffer[]) => rows.splice(at, 0, { cells })
  const spoil = (at: number, column: number, byte: Buffer) => {
    const cells = [...(rows[at]?.cells ?? [])]
    const cell = cells[column] ?? Buffer.alloc(0)
    cells[column] = Buffer.concat([cell.subarray(0, 3), byte, cell.subarray(3)])
    rows[at] = { cells }
  }
  // From the end to the start, so that places before it stay where they are.
  const planted: [number, FindingCode, () => void][] = [
    [200, 'duplicate-row', () => insert(200, rows[20]?.cells ?? [])],
    [190, 'ragged-row', () => insert(190, [Buffer.from('?'), Buffer.from('!'), Buffer.from('x')])],
    [180, 'duplicate-row', () => insert(180, rows[31]?.cells ?? [])],
    [170, 'empty-answer', () => insert(170, [Buffer.from('Hm?'), Buffer.alloc(0)])],
    [160, 'blank-row', () => insert(160, [])],
    [150, 'ragged-row', () => insert(150, [Buffer.from('Hello?')])],
    [140, 'empty-question', () => insert(140, [Buffer.alloc(0), Buffer.from('Yes.')])],
    [130, 'duplicate-row', () => insert(130, rows[12]?.cells ?? [])],
    [120, 'empty-answer', () => insert(120, [Buffer.from('And now?'), Buffer.alloc(0)])],
    [110, 'blank-row', () => insert(110, [])],
    [100, 'empty-question', () => insert(100, [Buffer.alloc(0), Buffer.from('Of course.')])],
    [90, 'invalid-utf8', () => spoil(90, 1, brokenUtf8[0] ?? bell)],
    [80, 'control-character', () => spoil(80, 0, unitSeparator)],
    [70, 'invalid-utf8', () => spoil(70, 1, brokenUtf8[1] ?? bell)],
    [60, 'control-character', () => spoil(60, 1, verticalTab)],
    [50, 'control-character', () => spoil(50, 1, bell)],
  ]
  for (const [, , plant] of planted) plant()
  // Line 1 is the header; a fault at index n stands below it and below what was put in before it.
  faults.push({ code: 'byte-order-mark', line: 1 })
  for (const [at, code] of planted.toReversed()) {
    const before = planted.filter(([other, kind]) => other < at && isInserted(kind)).length
    faults.push({ code, line: at + 2 + before })
  }
  const lines = [Buffer.from('question,answer'), ...rows.map(toLine)]
  // Two line ends where one belongs.
  faults.push({ code: 'trailing-newline', line: lines.length + 1 })
  const body = lines.flatMap((line) => [line, Buffer.from('\n')])
  writeFileSync(
    path.join(repositoryRoot, 'samples', `help-desk-${voice.language}.csv`),
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), ...body, Buffer.from('\n')]),
  )
  return faults
}

function isInserted(code: FindingCode): boolean {
  return code !== 'invalid-utf8' && code !== 'control-character'
}

function toLine(row: Row): Buffer {
  return Buffer.concat(
    row.cells.flatMap((cell, index) => [Buffer.from(index === 0 ? '' : ','), quote(cell)]),
  )
}

/** RFC 4180, on bytes: the planted ones are no text. */
function quote(cell: Buffer): Buffer {
  const content = cell.toString('latin1')
  if (!/[",\n\r]/.test(content)) return cell
  return Buffer.from(`"${content.replaceAll('"', '""')}"`, 'latin1')
}

mkdirSync(path.join(repositoryRoot, 'samples'), { recursive: true })
const listed = Object.fromEntries(
  voices.map((voice) => [`help-desk-${voice.language}.csv`, writeSample(voice)]),
)
writeFileSync(
  path.join(repositoryRoot, 'test/fixtures/sample-faults.json'),
  `${JSON.stringify(listed, null, 2)}\n`,
)
