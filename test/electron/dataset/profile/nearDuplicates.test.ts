import { expect, test } from 'vitest'
import { groupTexts, SimilarTexts } from '../../../../electron/dataset/profile/nearDuplicates.ts'
import { createSigner } from '../../../../electron/dataset/profile/signatures.ts'

const groupsOf = (texts: readonly string[]) => [...groupTexts(texts)]

const long =
  'Happy to help! You can send the lamp back within thirty days of delivery, free of charge. Warmly, Juno from the help desk'

test('finds texts that differ in case, punctuation, spacing or a word', () => {
  expect(
    groupsOf([
      long,
      'Our shop opens at nine in the morning on weekdays and at ten on Saturdays.',
      long.toUpperCase().replaceAll(',', ';'),
      long.replace('help desk', 'help team'),
      long.replaceAll(' ', '  '),
    ]),
  ).toEqual([0, 1, 0, 0, 0])
})

test('finds nearly equal Chinese texts', () => {
  const chinese =
    '您好，收到商品后三十天内可以免费退货，请把灯放回原来的包装盒里，然后联系我们的客服安排取件。'
  expect(
    groupsOf([chinese, chinese.replace('免费', '随时'), '我们的门店周一到周五上午九点开门。']),
  ).toEqual([0, 0, 2])
})

test('tells short texts apart, and finds the same one', () => {
  expect(groupsOf(['Yes', 'No', 'yes!', 'Maybe', '好的', '好的。'])).toEqual([0, 1, 0, 3, 4, 4])
})

test('leaves texts without a letter alone', () => {
  expect(groupsOf(['', '...', '', ' '])).toEqual([0, 1, 2, 3])
})

test('does not join unlike texts, whatever their number', () => {
  const words = 'lamp shade bulb cable switch order parcel refund voucher invoice desk light'.split(
    ' ',
  )
  const texts = Array.from({ length: 2000 }, (_, index) =>
    Array.from(
      { length: 14 },
      (_, at) => words[(index * (at + 3) + at * at * 7 + (index >> at)) % 12],
    ).join(` ${index * 7919} `),
  )
  expect(new Set(groupsOf(texts)).size).toBeGreaterThan(1990)
})

test('folds a text that is longer than the buffer, and knows its copy in other marks', () => {
  const sentences = Array.from(
    { length: 400 },
    (_, index) => `Sentence ${index} about lamp ${index * 37}.`,
  )
  const text = sentences.join(' ')
  expect(groupsOf([text, text.toUpperCase().replaceAll('. ', ' -- '), text.slice(4000)])).toEqual([
    0, 0, 2,
  ])
})

test('gives the same signature however gaps fall on the border of the buffer', () => {
  const sign = createSigner()
  for (const length of [4085, 4090, 4094, 4095, 4096, 4097, 4100]) {
    const words = Array.from({ length: 900 }, (_, index) => `word${index}`).join(' ')
    const [head, tail] = [words.slice(0, length), words.slice(length)]
    const spaced = sign(Buffer.from(`${head}   ${tail}`))?.slice()
    expect(sign(Buffer.from(`${head} ${tail}`))).toEqual(spaced)
    expect(sign(Buffer.from(`${head} ${tail} . `))).toEqual(spaced)
  }
})

test('leaves out what it is told to', () => {
  const sign = createSigner()
  const similar = new SimilarTexts()
  for (const text of [0, 1, 2]) {
    const signature = sign(Buffer.from(long))
    if (signature) similar.add(text, signature, 0)
  }
  expect([...similar.group(3, (text) => text === 1)]).toEqual([0, 1, 0])
  similar.close()
})

test('finds the same groups when few texts are compared at once', () => {
  const words = 'lamp shade bulb cable switch order parcel refund voucher invoice desk light'.split(
    ' ',
  )
  // Thirty texts of which each comes again and again, a little changed.
  const texts = Array.from({ length: 3000 }, (_, index) => {
    const kind = (index * 7) % 30
    const about = Array.from({ length: 24 }, (__, at) => words[(kind * (at + 1) + at * at) % 12])
    return `${about.join(` ${kind} `)} ${index % 4}`
  })
  const sign = createSigner()
  const groupsAtOnce = (atOnce: number) => {
    const similar = new SimilarTexts(atOnce)
    texts.forEach((text, index) => {
      const signature = sign(Buffer.from(text))
      if (signature) similar.add(index, signature, 0)
    })
    const groups = similar.group(texts.length)
    similar.close()
    return [...groups]
  }
  const groups = groupsAtOnce(texts.length)
  expect(new Set(groups).size).toBeLessThan(40)
  expect(groupsAtOnce(70)).toEqual(groups)
})
