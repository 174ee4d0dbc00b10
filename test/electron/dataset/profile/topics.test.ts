import { expect, test } from 'vitest'
import { findTopics } from '../../../../electron/dataset/profile/topics.ts'

const about = (subject: readonly string[], count: number) =>
  Array.from(
    { length: count },
    (_, index) =>
      `${subject[index % subject.length]} ${subject[(index + 1) % subject.length]} ${subject[(index * 3 + 2) % subject.length]} please`,
  )

const returns = about(['return', 'refund', 'parcel', 'label', 'money'], 30)
const bulbs = about(['bulb', 'socket', 'watt', 'dimmer', 'light'], 30)
const chinese = about(['退货运费', '退货地址', '退货流程', '退货标签'], 30)

test('puts texts about the same thing together, in both languages', () => {
  const texts = [...returns, ...bulbs, ...chinese]
  const model = findTopics(texts, 1)
  const topics = texts.map((text) => model.assign(text).topic)
  const groups = [topics.slice(0, 30), topics.slice(30, 60), topics.slice(60)].map(
    (part) => new Set(part),
  )
  for (const [index, group] of groups.entries())
    for (const other of groups.slice(index + 1))
      expect([...group].filter((topic) => other.has(topic))).toEqual([])
  expect(model.labels.flat()).toContain('退货')
  expect(model.positions).toHaveLength(model.labels.length)
  for (const { x, y } of model.positions) {
    expect(x).toBeGreaterThanOrEqual(0)
    expect(y).toBeLessThanOrEqual(1)
  }
})

test('names Chinese topics by whole words', () => {
  const addresses = ['怎么修改收货地址', '收货地址写错了', '改一下收货地址', '订单的收货地址']
  const sizes = ['尺码偏大吗', '尺码怎么选', '尺码表在哪', '没有我的尺码']
  const invoices = ['发票抬头写错了', '电子发票在哪下载', '发票什么时候寄', '需要发票', '重开发票']
  const labels = findTopics([...addresses, ...sizes, ...invoices], 1).labels.flat()
  expect(labels).toContain('地址')
  expect(labels).toContain('尺码')
  expect(labels).not.toContain('货地')
})

test('gives the same topics for the same seed', () => {
  const texts = [...returns, ...bulbs]
  expect(findTopics(texts, 7).labels).toEqual(findTopics(texts, 7).labels)
})

test('has no topics for texts that share no word, nor for none', () => {
  expect(findTopics(['one', 'dos', 'trois'], 1).labels).toEqual([])
  const model = findTopics([], 1)
  expect(model.labels).toEqual([])
  expect(model.assign('anything at all')).toEqual({ topic: -1, clearness: 0 })
})

test('a text without a known word has no topic', () => {
  expect(findTopics([...returns, ...bulbs], 1).assign('zebra').topic).toBe(-1)
})
