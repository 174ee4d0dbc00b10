import { expect, test } from 'vitest'
import { detectLanguage } from '../../../../electron/dataset/profile/languages.ts'

test.each([
  ['en', 'How do I return the lamp that I bought last week?'],
  ['de', 'Wie kann ich die Lampe zurückgeben, die ich letzte Woche gekauft habe?'],
  ['fr', 'Comment est-ce que je peux renvoyer la lampe que vous m’avez vendue ?'],
  ['es', '¿Cómo puedo devolver la lámpara que compré? No está en su caja.'],
  ['pt', 'Como eu devolvo o abajur? Você não tem mais em estoque?'],
  ['it', 'Come posso restituire la lampada? Non è più nella scatola.'],
  ['nl', 'Hoe kan ik de lamp terugsturen die ik bij u heb gekocht?'],
  ['zh', '怎么退货？我想把上周买的灯退掉。'],
  ['zh', '我的 iPhone 充电器坏了怎么办'],
  ['ja', 'ランプを返品するにはどうすればいいですか。'],
  ['ko', '램프를 어떻게 반품하나요?'],
  ['ru', 'Как вернуть лампу, которую я купил?'],
  ['ar', 'كيف يمكنني إرجاع المصباح؟'],
  ['th', 'ฉันจะคืนโคมไฟได้อย่างไร'],
  ['und', '4711'],
  ['und', ''],
])('%s: %s', (language, text) => {
  const bytes = Buffer.from(text)
  expect(detectLanguage(bytes, 0, bytes.length)).toBe(language)
})
