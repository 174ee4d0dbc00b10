import { expect, test } from 'vitest'
import { adviseOnPrompts } from '../../shared/promptAdvice.ts'

test.each([
  [
    'facts',
    ['Who founded the company?', 'What is the price of item 7?', 'How many shops are there?'],
  ],
  ['fresh', ['Is it in stock?', 'What is the status of my order?', 'What is the latest version?']],
  ['documents', ['What is on page 7?', 'According to the policy, may I?', 'Summarise this report']],
  ['facts', ['公司是谁创立的？', '这个多少钱？', '电话号码是多少？']],
] as const)('says that it is about %s', (advice, prompts) => {
  expect(adviseOnPrompts(prompts)).toBe(advice)
})

test.each([
  ['too few questions', ['Who founded the company?', 'How many?']],
  ['questions of style', ['My lamp broke', 'Can I return this?', 'I am angry', 'Please help me']],
])('says nothing about %s', (_name, prompts) => {
  expect(adviseOnPrompts(prompts)).toBeNull()
})
