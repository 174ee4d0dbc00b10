/** Whether texts are Chinese, told by their letters. */

const letters = /\p{L}/gu
const han = /\p{Script=Han}/gu
/** Japanese has Han characters too. */
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu
/** A Chinese text names products and addresses in Latin letters, each of which takes several. */
const leastShare = 0.3
const mostKanaShare = 0.1

/** Of all letters together; false where there are none. */
export function isMostlyChinese(texts: readonly string[]): boolean {
  const all = texts.join('\n')
  const count = (of: RegExp) => all.match(of)?.length ?? 0
  const letterCount = count(letters)
  return (
    letterCount > 0 &&
    count(han) / letterCount >= leastShare &&
    count(kana) / letterCount < mostKanaShare
  )
}
