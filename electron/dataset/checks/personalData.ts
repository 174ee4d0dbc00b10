/** Personal data by its form. Card numbers and Chinese identity numbers are told by their check digits. */
import { flag } from '../kernel/kernel.ts'
import { spansOf, type CellCheck } from './cellCheck.ts'
import { placeholderFor } from './placeholders.ts'

export const emailAddress: CellCheck = {
  code: 'email-address',
  trigger: flag.mark,
  find: (text) =>
    text.includes('@')
      ? spansOf(
          text,
          /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}[a-z]{2,24}(?![\p{L}\p{N}])/giu,
          () => placeholderFor('email', text),
        )
      : [],
}

/** 13 to 19 digits in groups, as printed on cards. @see ISO/IEC 7812-1 */
export const paymentCard: CellCheck = {
  code: 'payment-card',
  trigger: flag.digits,
  find: (text) =>
    spansOf(text, /(?<![\d-])[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\d-])/g, ([number]) => {
      const digits = number.replace(/\D/g, '')
      const fits = digits.length >= 13 && digits.length <= 19 && !/^(\d)\1+$/.test(digits)
      return fits && passesLuhn(digits) ? placeholderFor('card', text) : undefined
    }),
}

/** Chinese identity numbers of 18 digits (GB 11643-1999), and US social security numbers. */
export const nationalId: CellCheck = {
  code: 'national-id',
  trigger: flag.digits,
  find: (text) => {
    const chinese = spansOf(text, /(?<![\dA-Za-z])[1-9]\d{16}[\dXx](?![\dA-Za-z])/g, ([number]) =>
      isChineseId(number) ? placeholderFor('id', text) : undefined,
    )
    const american = spansOf(
      text,
      /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g,
      () => placeholderFor('id', text),
    )
    return [...chinese, ...american].sort((a, b) => a.start - b.start)
  },
}

/**
 * International numbers (+ and 8 to 15 digits), Chinese mobile and land lines, North American ones. A bare row of digits
 * is an order number more often than a phone number, so it has to look like one.
 *
 * @see ITU-T E.164
 */
const phone = new RegExp(
  [
    String.raw`(?<![\d+])\+\d{1,3}(?:[ ().-]{0,2}\d{1,4}){2,6}`,
    String.raw`(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)`,
    String.raw`(?<!\d)0\d{2,3}-\d{7,8}(?!\d)`,
    String.raw`(?<![\d-])\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\d-])`,
  ].join('|'),
  'g',
)

export const phoneNumber: CellCheck = {
  code: 'phone-number',
  trigger: flag.digits,
  find: (text) =>
    spansOf(text, phone, ([number]) => {
      const count = number.replace(/\D/g, '').length
      return count >= 8 && count <= 15 ? placeholderFor('phone', text) : undefined
    }),
}

/** @see ISO/IEC 7812-1 annex B */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Date of birth and check character (ISO 7064, MOD 11-2). */
function isChineseId(number: string): boolean {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(
    Number,
  )
  const isDate =
    (year ?? 0) >= 1900 && (year ?? 0) < 2100 && (month ?? 0) >= 1 && (month ?? 0) <= 12
  if (!isDate || (day ?? 0) < 1 || (day ?? 0) > 31) return false
  let sum = 0
  for (let index = 0; index < 17; index += 1)
    sum += Number(number[index]) * (2 ** (17 - index) % 11)
  return '10X98765432'[sum % 11] === number[17]?.toUpperCase()
}
