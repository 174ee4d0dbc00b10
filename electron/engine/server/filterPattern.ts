/**
 * FilterLogEvents' patterns for text: words and quoted phrases, all of which must occur; `-` before one means that it must
 * not, and of those after `?` one is enough. Patterns for JSON, for columns and regular expressions are refused.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { ServiceError } from './serviceError.ts'

/** @throws ServiceError InvalidParameterException */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  if (/^\s*[[{%]/.test(pattern)) {
    throw invalid('Only words and quoted phrases are understood here.')
  }
  if (/(^|[^\\])(\\\\)*"/.test(pattern.replace(/"(?:[^"\\]|\\.)*"/g, ''))) {
    throw invalid('A quotation mark is not closed.')
  }
  const wanted: string[] = []
  const unwanted: string[] = []
  const alternatives: string[] = []
  for (const [, sign = '', phrase, word = ''] of pattern.matchAll(
    /([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g,
  )) {
    const term = phrase === undefined ? word : phrase.replace(/\\(.)/g, '$1')
    const list = sign === '-' ? unwanted : sign === '?' ? alternatives : wanted
    if (term !== '') list.push(term)
  }
  // Beside terms that must or must not occur, AWS leaves alternatives out of account.
  const isOneOf = wanted.length === 0 && unwanted.length === 0 && alternatives.length > 0
  return (message) =>
    isOneOf
      ? alternatives.some((term) => message.includes(term))
      : wanted.every((term) => message.includes(term)) &&
        !unwanted.some((term) => message.includes(term))
}

function invalid(reason: string): ServiceError {
  return new ServiceError('InvalidParameterException', `Invalid filter pattern. ${reason}`)
}
