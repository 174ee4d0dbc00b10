/** The page's words. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import enAnalysis from '../shared/locales/en/analysis.json'
import enCatalog from '../shared/locales/en/catalog.json'
import enApp from '../shared/locales/en/app.json'
import enDisk from '../shared/locales/en/disk.json'
import enErrors from '../shared/locales/en/errors.json'
import enFindings from '../shared/locales/en/findings.json'
import enIntake from '../shared/locales/en/intake.json'
import enMove from '../shared/locales/en/move.json'
import enShip from '../shared/locales/en/ship.json'
import enWorkspaces from '../shared/locales/en/workspaces.json'
import enWorkbench from '../shared/locales/en/workbench.json'
import zhAnalysis from '../shared/locales/zh/analysis.json'
import zhCatalog from '../shared/locales/zh/catalog.json'
import zhApp from '../shared/locales/zh/app.json'
import zhDisk from '../shared/locales/zh/disk.json'
import zhErrors from '../shared/locales/zh/errors.json'
import zhFindings from '../shared/locales/zh/findings.json'
import zhIntake from '../shared/locales/zh/intake.json'
import zhMove from '../shared/locales/zh/move.json'
import zhShip from '../shared/locales/zh/ship.json'
import zhWorkspaces from '../shared/locales/zh/workspaces.json'
import zhWorkbench from '../shared/locales/zh/workbench.json'
import type { Language } from '../shared/settings.ts'

export async function initialiseWords(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'app',
    resources: {
      en: {
        analysis: enAnalysis,
        app: enApp,
        disk: enDisk,
        catalog: enCatalog,
        errors: enErrors,
        findings: enFindings,
        intake: enIntake,
        move: enMove,
        ship: enShip,
        workspaces: enWorkspaces,
        workbench: enWorkbench,
      },
      zh: {
        analysis: zhAnalysis,
        app: zhApp,
        disk: zhDisk,
        catalog: zhCatalog,
        errors: zhErrors,
        findings: zhFindings,
        intake: zhIntake,
        move: zhMove,
        ship: zhShip,
        workspaces: zhWorkspaces,
        workbench: zhWorkbench,
      },
    },
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  })
  setLanguage(language)
}

export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
