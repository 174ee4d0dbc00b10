/** Keys and tokens by the forms that their makers gave them so that they can be found. */
import { flag } from '../kernel/kernel.ts'
import { spansOf, type CellCheck } from './cellCheck.ts'
import { placeholderFor } from './placeholders.ts'

/** @see each service's documentation of its token formats; gitleaks' rules list the same ones */
const forms = [
  String.raw`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|$)`,
  String.raw`(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])`,
  String.raw`(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,255}`,
  String.raw`(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{22,255}`,
  String.raw`(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}`,
  String.raw`(?<![A-Za-z0-9])sk-(?:proj-|ant-|live-)?[A-Za-z0-9_-]{20,}`,
  String.raw`(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`,
  String.raw`(?<![A-Za-z0-9])xox[abposr]-[A-Za-z0-9-]{10,}`,
  String.raw`(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}`,
  String.raw`(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}`,
  String.raw`(?<![A-Za-z0-9])LTAI[A-Za-z0-9]{12,24}`,
  String.raw`(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}`,
  String.raw`(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
]
const expression = new RegExp(forms.join('|'), 'g')

export const secret: CellCheck = {
  code: 'secret',
  trigger: flag.token,
  find: (text) => spansOf(text, expression, () => placeholderFor('secret', text)),
}
