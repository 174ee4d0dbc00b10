import { expect, test } from 'vitest'
import { compileWat } from '../../../../build/wasm.ts'
import { similarityModule } from '../../../../electron/dataset/profile/similarityModule.ts'
import { textKernelModule } from '../../../../electron/dataset/profile/textKernelModule.ts'
import { rowFlag, rowWord, TextKernel } from '../../../../electron/dataset/profile/textKernel.ts'

test.each([
  ['electron/dataset/profile/textKernel.wat', textKernelModule],
  ['electron/dataset/profile/similarity.wat', similarityModule],
] as const)('%s compiles to what is in the source tree', async (source, module) => {
  expect(module).toBe(Buffer.from(await compileWat(source)).toString('base64'))
})

function rowOf(question: string, answer: string) {
  const kernel = new TextKernel()
  const [asked, answered] = [Buffer.from(question), Buffer.from(answer)]
  const { bytes, at } = kernel.room(asked.length + answered.length)
  bytes.set(asked, at)
  bytes.set(answered, at + asked.length)
  const middle = at + asked.length
  const isFilled = kernel.fillRow(0, at, middle, middle, middle + answered.length)
  return isFilled ? kernel.rows.slice(0, 16) : null
}

test.each([
  ['', 0],
  ['How?', 4],
  ['您好，灯坏了。', 7],
  ['a'.repeat(1000), 1000],
  ['é'.repeat(17), 17],
  ['👩‍💻', 3],
])('counts the characters of %s', (text, count) => {
  expect(rowOf('x', `${text}y`)?.[rowWord.answerLength]).toBe(count + 1)
})

test('leaves out rows with a blank cell', () => {
  expect(rowOf(' \t\n', 'Yes.')).toBeNull()
  expect(rowOf('Really?', '')).toBeNull()
})

test('tells short answers, longer questions and rows without a letter', () => {
  const flagsOf = (question: string, answer: string) =>
    rowOf(question, answer)?.[rowWord.traits] ?? 0
  expect(flagsOf('Is it?', 'Yes') & rowFlag.shortAnswer).toBe(rowFlag.shortAnswer)
  expect(flagsOf('Is it?', '好的吧') & rowFlag.shortAnswer).toBe(rowFlag.shortAnswer)
  expect(flagsOf('Is it?', '好的好的') & rowFlag.shortAnswer).toBe(0)
  expect(flagsOf('Is it?', 'Yes') & rowFlag.longerQuestion).toBe(rowFlag.longerQuestion)
  expect(flagsOf('?', 'Yes') & rowFlag.longerQuestion).toBe(0)
  expect(flagsOf('?!', '...') & rowFlag.signed).toBe(0)
  expect(flagsOf('?!', '1') & rowFlag.signed).toBe(rowFlag.signed)
})
