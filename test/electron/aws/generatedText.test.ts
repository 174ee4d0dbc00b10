import { expect, test } from 'vitest'
import { parseGeneratedPieces, type GeneratedPiece } from '../../../electron/aws/generatedText.ts'

const event = (text: string, end: object = {}) =>
  `data:${JSON.stringify({ index: 1, token: { id: 1, text, logprob: -1, special: false }, generated_text: null, details: null, ...end })}\n\n`

const stream = Buffer.from(
  event('Grüß') +
    event(' 你好') +
    event(' 🎐\n') +
    event('!', { generated_text: 'Grüß 你好 🎐\n!', details: { finish_reason: 'eos_token' } }),
)

async function read(slices: Iterable<Uint8Array>): Promise<GeneratedPiece[]> {
  async function* arriving() {
    yield* slices
  }
  const pieces: GeneratedPiece[] = []
  for await (const piece of parseGeneratedPieces(arriving())) pieces.push(piece)
  return pieces
}

const whole: GeneratedPiece[] = [
  { text: 'Grüß', finishReason: null },
  { text: ' 你好', finishReason: null },
  { text: ' 🎐\n', finishReason: null },
  { text: '!', finishReason: 'eos_token' },
]

test('reads the same pieces wherever the stream is cut in two', async () => {
  for (let at = 0; at <= stream.length; at += 1) {
    expect(await read([stream.subarray(0, at), stream.subarray(at)]), `cut at ${at}`).toEqual(whole)
  }
})

test('reads the same pieces byte by byte', async () => {
  expect(await read(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole)
})

test('reads a last event that no newline follows', async () => {
  expect(await read([stream.subarray(0, stream.length - 2)])).toEqual(whole)
})

test('skips comments, other fields and special tokens', async () => {
  const special = 'data: {"token":{"text":"</s>","special":true},"generated_text":"Hi"}\r\n\r\n'
  expect(await read([Buffer.from(`: ping\nevent: token\n\n${event('Hi')}${special}`)])).toEqual([
    { text: 'Hi', finishReason: null },
    { text: '', finishReason: 'eos_token' },
  ])
})

test.each([
  ['a failure that the container reports', '{"error":"out of memory","error_type":"generation"}'],
  ['an event that is no JSON', '{"token":'],
  ['an event of another kind', '{"choices":[]}'],
])('refuses %s', async (_, data) => {
  await expect(read([Buffer.from(`data:${data}\n\n`)])).rejects.toMatchObject({
    name: 'AppError',
    code: 'Internal',
    retryable: true,
  })
})
