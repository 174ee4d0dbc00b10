import i18next from 'i18next'
import { expect, test } from 'vitest'
import { findingCodeSchema } from '../../../shared/dataset.ts'
import en from '../../../shared/locales/en/findings.json' with { type: 'json' }
import zh from '../../../shared/locales/zh/findings.json' with { type: 'json' }

test.each(['en', 'zh'])('has words for every finding in %s', async (lng) => {
  const words = i18next.createInstance()
  const resources = { en: { findings: en }, zh: { findings: zh } }
  await words.init({ lng, fallbackLng: false, resources, defaultNS: 'findings' })
  for (const code of findingCodeSchema.options) {
    const isRepairable = 'fix' in en[code]
    for (const part of isRepairable ? ['title', 'meaning', 'fix', 'done'] : ['title', 'meaning']) {
      for (const count of [1, 2]) {
        const text = words.t(`${code}.${part}`, { count })
        expect(text).not.toBe(`${code}.${part}`)
        expect(text).not.toContain('{{')
      }
    }
  }
})

test.each([
  ['en', '93,968 repeated rows'],
  ['zh', '93,968 行重复'],
])('writes a large count as people read it, in %s', async (lng, wanted) => {
  const words = i18next.createInstance()
  const resources = { en: { findings: en }, zh: { findings: zh } }
  await words.init({ lng, fallbackLng: false, resources, defaultNS: 'findings' })
  expect(words.t('duplicate-row.title', { count: 93_968 })).toBe(wanted)
})
