import { expect, test } from 'vitest'
import { columnsOf, fillInput, inputTemplateOf } from '../../shared/inputTemplate.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'
import { withSystemPrompt } from '../../shared/systemPrompt.ts'

const row: Record<string, string> = { question: 'Why {product}?', product: 'lamp', colour: ' ' }
const valueOf = (column: string) => row[column]

test('puts context above the question, and leaves out lines without any', () => {
  const template = inputTemplateOf('question', ['product', 'colour']) ?? ''
  expect(template).toBe('product: {product}\ncolour: {colour}\n\n{question}')
  expect(columnsOf(template, ['question', 'answer', 'product'])).toEqual(['question', 'product'])
  expect(fillInput(template, valueOf)).toBe('product: lamp\n\nWhy {product}?')
  expect(inputTemplateOf('question', [])).toBeUndefined()
})

test('braces that name no column are text, and cells are taken literally', () => {
  expect(fillInput('{no such} {question} $& {}', valueOf)).toBe('{no such} Why {product}? $& {}')
})

test('an instruction stands above a plain template', () => {
  expect(withSystemPrompt(defaultPromptTemplate, ' Be kind. ').prompt).toBe(
    `Be kind.\n\n${defaultPromptTemplate.prompt}`,
  )
  expect(withSystemPrompt(defaultPromptTemplate, '  ')).toBe(defaultPromptTemplate)
  expect(
    withSystemPrompt(defaultPromptTemplate, 'Say {prompt}.').prompt.split('{prompt}'),
  ).toHaveLength(2)
})

test.each([
  [
    '<|im_start|>user\n{prompt}<|im_end|>\n',
    '<|im_start|>system\nBe $& kind.<|im_end|>\n<|im_start|>user\n{prompt}<|im_end|>\n',
  ],
  [
    '<|im_start|>system\nYou are Qwen.<|im_end|>\n<|im_start|>user\n{prompt}',
    '<|im_start|>system\nBe $& kind.<|im_end|>\n<|im_start|>user\n{prompt}',
  ],
  [
    '<s><|start_header_id|>user<|end_header_id|>\n\n{prompt}<|eot_id|>',
    '<s><|start_header_id|>system<|end_header_id|>\n\nBe $& kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{prompt}<|eot_id|>',
  ],
])('an instruction is the system’s turn of a chat model: %j', (prompt, expected) => {
  expect(withSystemPrompt({ prompt, completion: '{completion}' }, 'Be $& kind.').prompt).toBe(
    expected,
  )
})
