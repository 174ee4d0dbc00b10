import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSampleLine } from '../../shared/sampleAnswers.ts'

test('any prompt and answer come back from a line as the trainer writes it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string({ unit: 'binary' }), fc.string(), (step, prompt, answer) => {
      const quoted = (text: string) => JSON.stringify(text).replaceAll('=', '\\u003d')
      const line = `step=${step} sample=2 prompt=${quoted(prompt)} answer=${quoted(answer)}`
      expect(parseSampleLine(line)).toEqual({ step, sample: 2, prompt, answer })
    }),
  )
})

test.each([
  'step=12 epoch=0.500 train_loss=2.345678 learning_rate=0.000300 tokens=4096',
  'step=1 sample=1 prompt="a answer="b"',
  'step=1 sample=0 prompt="a" answer="b"',
  'step=1 sample=1 prompt="\\x" answer="b"',
  '',
])('another line is none: %s', (line) => {
  expect(parseSampleLine(line)).toBeNull()
})
