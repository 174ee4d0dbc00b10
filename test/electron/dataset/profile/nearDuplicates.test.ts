import { expect, test } from 'vitest'
import { groupSimilar } from '../../../../electron/dataset/profile/nearDuplicates.ts'
import { createSigner, signatureLength } from '../../../../electron/dataset/profile/signatures.ts'

/** The group of each text, named by its first text. */
function groupsOf(texts: readonly string[]): number[] {
  const signatures = new Uint8Array(texts.length * signatureLength)
  const isSigned = new Uint8Array(texts.length)
  const signer = createSigner()
  texts.forEach((text, index) => {
    const bytes = Buffer.from(text)
    signer.begin()
    signer.add(bytes, 0, bytes.length)
    isSigned[index] = signer.write(signatures, index * signatureLength) ? 1 : 0
  })
  return [...groupSimilar(signatures, isSigned)]
}

const long =
  'Happy to help! You can send the lamp back within thirty days of delivery, free of charge. Warmly, Juno from the help desk'

test('finds texts that differ in case, punctuation, spacing or a word', () => {
  expect(
    groupsOf([
      long,
      'Our shop opens at nine in the morning on weekdays and at ten on Saturdays.',
      long.toUpperCase().replaceAll(',', ';'),
      long.replace('delivery', 'arrival'),
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
