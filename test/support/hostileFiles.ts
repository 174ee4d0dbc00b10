/** Files that are hard to read: corner cases of CSV, encodings, cut characters, bombs. */
import { gzipSync } from 'node:zlib'
import { encodeAs } from './encodeAs.ts'
import { workbookFile, zipFile } from './zipFile.ts'

/** Corner cases of csv-spectrum and the like, each as rows after a header. */
const bodies: Readonly<Record<string, string>> = {
  plain: 'Q?,A\nR?,B\n',
  'comma in quotes': 'John,"120 any st., Anytown"\n',
  empty: '1,""\n"",2\n',
  'escaped quotes': '1,"ha ""ha"" ha"\n3,4\n',
  'json in a cell': '1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n',
  newlines: '1,"a\nb"\n"Once upon\na time",c\n',
  'quotes and newlines': '1,"ha\n""ha""\nha"\n',
  'an open quote': 'Q?,"never closed\nR?,B\n',
  'an open quote at the end': 'R?,B\nQ?,"never closed',
  'text after a quote': 'Q?,"A"x\nR?,B\n',
  'quotes in quotes': 'Q?,"say "hi" now"\nR?,B\n',
  'nested quotes': `Q?,${'"'.repeat(99)}A${'"'.repeat(99)}\nR?,B\n`,
  ragged: 'Q?\nR?,B,C\nS?,D\n',
  blank: '\n\nQ?,A\n \n,\n',
  'trailing newlines': 'Q?,A\n\n\n\n',
  'no last newline': 'Q?,A',
  NULs: 'Q\0?,\0A\0\n\0\0\0,\0\nR?,B\n',
  controls: 'Q\u0001?,A\u0007\u001b[31m\nR?,B\n',
  formulas: '=1+1,@SUM(A1)\n+1,-1\nR?,B\n',
  markup: '<b>Q?</b>,<script>alert(1)</script>A&nbsp;&#x202e;\nR?,B\n',
  spaces: '  Q?  ,A\u00a0\u200b\u3000\n\tR?,B\t\n',
  'right to left': 'مرحبا؟,أهلاً\nשלום?,טוב\n',
  emoji: '👩‍👩‍👧‍👦?,🏳️‍🌈\u{10ffff}\n',
  'long cell': `Q?,${'x'.repeat(100_000)}\n`,
  'long quoted cell': `Q?,"${'x, '.repeat(30_000)}"\n`,
  'only quotes': '"""","""\n"\n""\n',
}
const lineEnds = { lf: '\n', crlf: '\r\n', cr: '\r' }
const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }
const unicode: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16LE': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16BE': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
}
const truncated = [
  [0xe4],
  [0xe4, 0xbd],
  [0xf0, 0x9f],
  [0xf0, 0x9f, 0x98],
  [0xc3],
  [0xff],
  [0xc0, 0xaf],
]

/** More than 300 files that a reader of tables can stumble over, each with what is special about it. */
export function hostileFiles(): [name: string, bytes: Buffer][] {
  const files: [string, Buffer][] = []
  for (const [name, body] of Object.entries(bodies)) {
    for (const [end, newline] of Object.entries(lineEnds)) {
      const text = `question,answer\n${body}`.replaceAll('\n', newline)
      for (const [encoding, encode] of Object.entries(unicode)) {
        files.push([`${name}, ${end}, ${encoding}`, encode(text)])
      }
    }
    for (const [delimiter, sign] of Object.entries(delimiters).slice(1)) {
      files.push([
        `${name}, ${delimiter}`,
        Buffer.from(`question,answer\n${body}`.replaceAll(',', sign)),
      ])
    }
  }
  const legacy = {
    gb18030: '如何退货？,您可以在三十天内退货，请保留收据。',
    big5: '如何退貨？,您可以在三十天內退貨，請保留收據。',
    shift_jis: '返品できますか？,はい、三十日以内に返品できます。',
    'windows-1252': 'Größe für Übergrößen?,Für größere Mengen bitte anrufen',
  }
  for (const [label, row] of Object.entries(legacy)) {
    const bytes = encodeAs(label, `question,answer\n${row}\n`)
    files.push([label, bytes], [`${label}, cut`, bytes.subarray(0, -2)])
  }
  for (const [index, bytes] of truncated.entries()) {
    const rows = Buffer.from('question,answer\nQ?,A\n')
    files.push([
      `cut character ${index} at the end`,
      Buffer.concat([rows, Buffer.from('R?,'), Buffer.from(bytes)]),
    ])
    files.push([
      `cut character ${index} inside`,
      Buffer.concat([rows, Buffer.from(bytes), Buffer.from(',B\nS?,C\n')]),
    ])
  }
  const csv = 'question,answer\nQ?,A\n'
  files.push(
    [
      '100,000 columns',
      Buffer.from(
        `${Array.from({ length: 100_000 }, (_, index) => `c${index}`).join(',')}\n${'x,'.repeat(99_999)}x\n`,
      ),
    ],
    ['one line of 3 MB', Buffer.from(`question,answer\n${'word '.repeat(600_000)}`)],
    [
      'one line of 3 MB in many cells',
      Buffer.from(`question,answer\n${'word,'.repeat(600_000)}\nQ?,A\n`),
    ],
    ['gzip', gzipSync(csv)],
    ['zip', zipFile([{ name: 'a.csv', content: csv }])],
    [
      'workbook',
      workbookFile({
        A: [
          ['question', 'answer'],
          ['Q?', 'A'],
        ],
      }),
    ],
    ['a gzip bomb', gzipSync(Buffer.alloc(101_000_000))],
    [
      'JSON lines, damaged',
      Buffer.from(
        '{"prompt":"Q?","completion":"A"}\n{"prompt":\n{"prompt":"R?","completion":"B"}\n',
      ),
    ],
    ['deep JSON', Buffer.from(`${'[{"a":'.repeat(20_000)}1`)],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 256)),
    ],
  )
  return files
}
