/** Words for people outside the page: notifications, menus, reports and the command line. */
import i18next from 'i18next'
import type { AppError } from '../shared/errors.ts'
import type { Language } from '../shared/settings.ts'
import enAnalysis from '../shared/locales/en/analysis.json' with { type: 'json' }
import enCatalog from '../shared/locales/en/catalog.json' with { type: 'json' }
import enCli from '../shared/locales/en/cli.json' with { type: 'json' }
import enDisk from '../shared/locales/en/disk.json' with { type: 'json' }
import enErrors from '../shared/locales/en/errors.json' with { type: 'json' }
import enFindings from '../shared/locales/en/findings.json' with { type: 'json' }
import enHelp from '../shared/locales/en/help.json' with { type: 'json' }
import enMove from '../shared/locales/en/move.json' with { type: 'json' }
import enNative from '../shared/locales/en/native.json' with { type: 'json' }
import enReport from '../shared/locales/en/report.json' with { type: 'json' }
import zhAnalysis from '../shared/locales/zh/analysis.json' with { type: 'json' }
import zhCatalog from '../shared/locales/zh/catalog.json' with { type: 'json' }
import zhCli from '../shared/locales/zh/cli.json' with { type: 'json' }
import zhDisk from '../shared/locales/zh/disk.json' with { type: 'json' }
import zhErrors from '../shared/locales/zh/errors.json' with { type: 'json' }
import zhFindings from '../shared/locales/zh/findings.json' with { type: 'json' }
import zhHelp from '../shared/locales/zh/help.json' with { type: 'json' }
import zhMove from '../shared/locales/zh/move.json' with { type: 'json' }
import zhNative from '../shared/locales/zh/native.json' with { type: 'json' }
import zhReport from '../shared/locales/zh/report.json' with { type: 'json' }

/** `namespace:key`, and the values for its `{{places}}`. */
export type Translate = (key: string, values?: Record<string, string | number>) => string

const resources = {
  en: {
    analysis: enAnalysis,
    catalog: enCatalog,
    cli: enCli,
    disk: enDisk,
    errors: enErrors,
    findings: enFindings,
    help: enHelp,
    move: enMove,
    native: enNative,
    report: enReport,
  },
  zh: {
    analysis: zhAnalysis,
    catalog: zhCatalog,
    cli: zhCli,
    disk: zhDisk,
    errors: zhErrors,
    findings: zhFindings,
    help: zhHelp,
    move: zhMove,
    native: zhNative,
    report: zhReport,
  },
}

export function createTranslate(language: Language): Translate {
  const instance = i18next.createInstance()
  void instance.init({
    lng: language,
    fallbackLng: 'en',
    resources,
    ns: Object.keys(resources.en),
    initAsync: false,
    interpolation: { escapeValue: false },
  })
  return (key, values) => instance.t(key, values ?? {})
}

/** What is wrong, and what to do about it. */
export function describeError(t: Translate, error: AppError): string {
  const words = { message: error.message, reason: '', ...error.details }
  return t(`errors:${error.code}`, words).trim()
}
