/** The language of everything that a command says, its help included: so it is known before the command is. */
import { languageSettingSchema, resolveLanguage, type Language } from '../../shared/settings.ts'
import { createTranslate, type Translate } from '../translate.ts'

export interface ChosenLanguage {
  readonly systemLocale: string
  readonly language: Language
  readonly t: Translate
}

/** `--language`, wherever it stands; otherwise the environment, as POSIX orders it; otherwise the system's, as on Windows. */
export function chooseLanguage(
  commandArguments: readonly string[],
  environment: NodeJS.ProcessEnv,
): ChosenLanguage {
  const setting = languageSettingSchema.catch('system').parse(optionIn(commandArguments))
  const locale =
    environment['LC_ALL'] ||
    environment['LC_MESSAGES'] ||
    environment['LANG'] ||
    Intl.DateTimeFormat().resolvedOptions().locale
  const systemLocale = setting === 'system' ? locale : setting
  const language = resolveLanguage(setting, locale)
  return { systemLocale, language, t: createTranslate(language) }
}

function optionIn(commandArguments: readonly string[]): string | undefined {
  const end = commandArguments.indexOf('--')
  const options = end === -1 ? commandArguments : commandArguments.slice(0, end)
  const at = options.findLastIndex((text) => /^--language(=|$)/.test(text))
  const [, joined] = options[at]?.split('=') ?? []
  return joined ?? options[at + 1]
}
