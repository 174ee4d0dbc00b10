import i18next from 'i18next'
import { expect, test } from 'vitest'
import { sendSentence } from '../../shared/sendSentence.ts'
import english from '../../shared/locales/en/ship.json' with { type: 'json' }
import chinese from '../../shared/locales/zh/ship.json' with { type: 'json' }

const none = { count: 0, perHour: null, tokenCost: null }
const words = i18next.createInstance()
await words.init({
  resources: { en: { ship: english }, zh: { ship: chinese } },
  interpolation: { escapeValue: false },
})

test.each([
  [{}, 'Send', '发送'],
  [{ tokenCost: 0.0012 }, 'Send, for at most about $0.002', '发送（最多约 $0.002）'],
  [
    { count: 1, perHour: '$7.09' },
    'Send, and start an endpoint at $7.09 an hour',
    '发送，并启动 1 个端点（每小时 $7.09）',
  ],
  [
    { count: 1, perHour: '$7.09', tokenCost: 0.0012 },
    'Send, and start an endpoint at $7.09 an hour, with tokens for at most about $0.002',
    '发送，并启动 1 个端点（每小时 $7.09，另加词元最多约 $0.002）',
  ],
  [
    { count: 2, tokenCost: 0.0012 },
    'Send, and start 2 endpoints whose price is not known, with tokens for at most about $0.002',
    '发送，并启动 2 个端点（价格未知，另加词元最多约 $0.002）',
  ],
])('everything that %j costs stands on the button', (sending, inEnglish, inChinese) => {
  for (const [language, said] of [
    ['en', inEnglish],
    ['zh', inChinese],
  ] as const) {
    const { key, values } = sendSentence({ ...none, ...sending }, language)
    expect(words.t(key, { ...values, lng: language })).toBe(said)
  }
})
