import { expect, test } from 'vitest'
import { quitWords, type UnderWay } from '../../../electron/shell/quitWords.ts'
import { createTranslate } from '../../../electron/translate.ts'
import type { RunningCost } from '../../../shared/runningCost.ts'
import type { Language } from '../../../shared/settings.ts'

const cost: RunningCost = {
  counts: [{ kind: 'endpoint', count: 1 }],
  prices: [{ perHour: 1.5, currency: 'USD', reckonedIn: null }],
  soFar: [],
  isReckoned: false,
  isKnown: true,
  endsByItself: true,
}
const nothing: UnderWay = { cost: null, training: [], importing: [] }
const wordsFor = (underWay: Partial<UnderWay>, language: Language = 'en') =>
  quitWords(createTranslate(language), language, { ...nothing, ...underWay })

test('asks nothing while nothing is under way', () => {
  expect(wordsFor({})).toBe(null)
})

test('names the models whose training pauses', () => {
  expect(wordsFor({ training: ['Voice', 'Help desk'] })).toEqual({
    message: 'Quit while a model is being trained?',
    detail:
      'The training of “Voice” and “Help desk” pauses, and goes on where it was when you start Timbre again.\nIf you only close the window, it goes on in the background.',
  })
  expect(wordsFor({ training: ['Voice'] }, 'zh')).toEqual({
    message: '训练尚未完成，确定退出吗？',
    detail:
      '“Voice”的训练将暂停，您再次启动 Timbre 时会从中断处继续。\n如果只关闭窗口，训练会在后台继续。',
  })
})

test('tells of all that is under way, what costs money first', () => {
  const { message, detail } = wordsFor({ cost, training: ['Voice'], importing: ['a.csv'] }) ?? {}
  expect(message).toBe('Something goes on costing at AWS')
  expect(detail?.split('\n\n')).toEqual([
    '1 endpoint: this goes on at AWS and costs $1.50 an hour, until it ends by itself.',
    'What has been read of “a.csv” is not kept; it has to be added again.',
    'The training of “Voice” pauses, and goes on where it was when you start Timbre again.\nIf you only close the window, it goes on in the background.',
  ])
})
