import { expect, test } from 'vitest'
import { isMostlyChinese } from '../../shared/chineseText.ts'

test.each([
  { texts: ['您好，怎么退货？', '三十天内可以。'], isChinese: true },
  { texts: ['请在 https://www.example.com/returns 上申请退货，谢谢您的来信。'], isChinese: true },
  { texts: ['How do I return it?', 'Within thirty days.', '谢谢'], isChinese: false },
  { texts: ['返品はどうすればいいですか。三十日以内です。'], isChinese: false },
  { texts: ['12345', ''], isChinese: false },
  { texts: [], isChinese: false },
])('$texts', ({ texts, isChinese }) => {
  expect(isMostlyChinese(texts)).toBe(isChinese)
})
