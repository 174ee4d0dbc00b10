/** Ready-to-run code that asks an endpoint, and the permission that allows just that. */
import { codeAtOnce } from './invocationCode/codeAtOnce.ts'
import { codeLater } from './invocationCode/codeLater.ts'
import type { CodeLanguage, InvocationFacts, LaterFacts } from './invocationCode/facts.ts'

export { codeLanguages } from './invocationCode/facts.ts'
export type { CodeLanguage, InvocationFacts, LaterFacts } from './invocationCode/facts.ts'

/** Names of the files that people would save these as. */
export const codeFileNames: Readonly<Record<CodeLanguage, string>> = {
  cli: 'ask.sh',
  python: 'ask.py',
  javascript: 'ask.mjs',
  java: 'Ask.java',
  curl: 'ask-curl.sh',
  lambda: 'lambda_function.py',
  policy: 'policy.json',
}

/** Of an endpoint that answers at once, or of one that puts its answers into S3. */
export function invocationCode(
  language: CodeLanguage,
  facts: InvocationFacts | LaterFacts,
): string {
  return 'answerPrefix' in facts ? codeLater[language](facts) : codeAtOnce[language](facts)
}
