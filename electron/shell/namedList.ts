/** “A”, “B” and “C”, as the language joins them. */
import type { Language } from '../../shared/settings.ts'
import type { Translate } from '../translate.ts'

export function namedList(t: Translate, language: Language, names: readonly string[]): string {
  const quoted = names.map((name) => t('native:quoted', { name }))
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(quoted)
}
