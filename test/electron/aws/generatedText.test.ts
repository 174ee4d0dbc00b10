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
  ['an event of another kind', '{"unknown":1}'],
])('refuses %s', async (_, data) => {
  await expect(read([Buffer.from(`data:${data}\n\n`)])).rejects.toMatchObject({
    name: 'AppError',
    code: 'Internal',
    retryable: true,
  })
})

const shapes: [string, string[], string, string | null][] = [
  [
    'TGI, at once',
    ['[{"generated_text":"Hi all","details":{"finish_reason":"length"}}]'],
    'Hi all',
    'length',
  ],
  ['LMI, at once', ['{"generated_text":"Hi all"}'], 'Hi all', 'eos_token'],
  [
    'LMI, JSON lines',
    [
      '{"token":{"id":1,"text":"Hi","log_prob":-1}}\n',
      '{"token":{"id":2,"text":" all","log_prob":-1},"generated_text":"Hi all","details":{"finish_reason":"eos_token"}}\n',
    ],
    'Hi all',
    'eos_token',
  ],
  ['DJL dynamic batching', ['{"outputs":["Hi"]}\n{"outputs":[" all"]}\n'], 'Hi all', null],
  [
    'OpenAI chat, streamed',
    [
      'data: {"choices":[{"delta":{"role":"assistant"},"finish_reason":null}]}\n\n',
      'data: {"choices":[{"delta":{"content":"Hi all"},"finish_reason":null}]}\n\n',
      'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: {"choices":[],"usage":{}}\n\ndata: [DONE]\n\n',
    ],
    'Hi all',
    'eos_token',
  ],
  [
    'OpenAI chat, at once and over several lines',
    [
      '{\n  "choices": [\n    {"message": {"content": "Hi all"},\n     "finish_reason": "length"}]\n}\n',
    ],
    'Hi all',
    'length',
  ],
  [
    'OpenAI completions',
    ['{"choices":[{"text":"Hi all","finish_reason":"stop"}]}'],
    'Hi all',
    'eos_token',
  ],
  [
    'Titan, at once',
    ['{"results":[{"outputText":"Hi all","completionReason":"FINISH"}]}'],
    'Hi all',
    'eos_token',
  ],
  [
    'Titan, streamed',
    [
      '{"outputText":"Hi","completionReason":null}\n{"outputText":" all","completionReason":"LENGTH"}\n',
    ],
    'Hi all',
    'length',
  ],
  ['Llama', ['{"generation":"Hi all","stop_reason":"length"}'], 'Hi all', 'length'],
  ['Mistral', ['{"outputs":[{"text":"Hi all","stop_reason":"stop"}]}'], 'Hi all', 'eos_token'],
  [
    'Anthropic, streamed',
    [
      '{"type":"message_start"}\n{"type":"content_block_delta","delta":{"text":"Hi all"}}\n',
      '{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}\n{"type":"message_stop"}\n',
    ],
    'Hi all',
    'length',
  ],
  [
    'Anthropic, at once',
    ['{"content":[{"type":"text","text":"Hi all"}],"stop_reason":"stop_sequence"}'],
    'Hi all',
    'stop_sequence',
  ],
  [
    'Converse, streamed',
    [
      '{"contentBlockDelta":{"delta":{"text":"Hi all"}}}\n{"messageStop":{"stopReason":"end_turn"}}\n',
    ],
    'Hi all',
    'eos_token',
  ],
  [
    'Converse, at once',
    ['{"output":{"message":{"content":[{"text":"Hi all"}]}},"stopReason":"end_turn"}'],
    'Hi all',
    'eos_token',
  ],
  [
    'Cohere',
    ['{"generations":[{"text":"Hi all","finish_reason":"COMPLETE"}]}'],
    'Hi all',
    'eos_token',
  ],
  ['Flan-T5 of old', ['{"generated_texts":["Hi all"]}'], 'Hi all', 'eos_token'],
]

test.each(shapes)('reads the shape of %s', async (_name, slices, text, finish) => {
  const pieces = await read(slices.map((slice) => Buffer.from(slice)))
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
  expect(pieces.findLast(({ finishReason }) => finishReason !== null)?.finishReason ?? null).toBe(
    finish,
  )
  // The same, however it is cut.
  const bytes = Buffer.from(slices.join(''))
  const cut = await read(Array.from(bytes, (byte) => Uint8Array.of(byte)))
  expect(cut.map((piece) => piece.text).join('')).toBe(text)
})
