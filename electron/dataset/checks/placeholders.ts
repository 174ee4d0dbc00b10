/** What stands where something private stood, in the language of the text around it: the model learns to write it. */

const placeholders = {
  email: { en: '[email]', zh: '[电子邮件]' },
  phone: { en: '[phone number]', zh: '[电话号码]' },
  card: { en: '[card number]', zh: '[银行卡号]' },
  id: { en: '[id number]', zh: '[证件号码]' },
  secret: { en: '[secret]', zh: '[密钥]' },
} as const

const han = /\p{Script=Han}/u
/** Japanese has Han characters too. */
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u

/** @param text the whole cell */
export function placeholderFor(what: keyof typeof placeholders, text: string): string {
  return placeholders[what][han.test(text) && !kana.test(text) ? 'zh' : 'en']
}
