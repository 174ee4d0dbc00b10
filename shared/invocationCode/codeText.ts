/** Texts as the languages write them, and what all of them send. */
import type { InvocationFacts } from './facts.ts'

/** What the container is sent. */
export function bodyOf({ promptTemplate, example, maxNewTokens }: InvocationFacts): string {
  return JSON.stringify({
    inputs: promptTemplate.replace('{prompt}', () => example),
    parameters: { max_new_tokens: maxNewTokens, do_sample: false },
  })
}

export function localNote({ isLocal }: InvocationFacts, mark: string): string {
  return isLocal
    ? `\n${mark} This endpoint answers on this computer: set the environment that \`timbre engine\` prints first.`
    : ''
}

/** What it means when an endpoint that may have no machine refuses. */
export function wakingNote({ component }: InvocationFacts, mark: string): string {
  return component === null
    ? ''
    : `\n${mark} Without questions it has no machine: the first one is refused ("no capacity") and has AWS start one.\n${mark} Ask again until it answers, after about ten minutes.`
}

/** A text as JavaScript and Java write it. */
export function json(text: string): string {
  return JSON.stringify(text).replace(
    /[\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16)}`,
  )
}

/** JSON's escapes are Python's too. */
export function python(text: string): string {
  return json(text)
}

/** Java knows JSON's escapes but counts a literal's length: it is put together from lines. */
export function javaText(text: string): string {
  return (text.match(/[\s\S]{1,80}/gu) ?? ['']).map(json).join('\n            + ')
}

export function policyText(statements: readonly object[]): string {
  return `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)}\n`
}
