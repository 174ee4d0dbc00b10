import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replaceSpans } from '../../../../electron/dataset/checks/cellCheck.ts'
import { repairCell } from '../../../../electron/dataset/checks/cellChecks.ts'
import {
  emailAddress,
  nationalId,
  paymentCard,
  phoneNumber,
} from '../../../../electron/dataset/checks/personalData.ts'
import { secret } from '../../../../electron/dataset/checks/secrets.ts'
import { redactions } from '../../../../shared/dataset.ts'

const checks = { emailAddress, nationalId, paymentCard, phoneNumber, secret }

test.each([
  {
    kind: 'emailAddress',
    text: 'Write to ann.lee+x@mail.example.co.uk, please',
    left: 'Write to [email], please',
  },
  { kind: 'emailAddress', text: '请写信到 kefu@example.com.cn。', left: '请写信到 [电子邮件]。' },
  { kind: 'emailAddress', text: 'Ask @help, or buy 3 @ 5', left: null },
  {
    kind: 'paymentCard',
    text: 'Card 4111 1111 1111 1111 was charged',
    left: 'Card [card number] was charged',
  },
  { kind: 'paymentCard', text: '卡号4111111111111111', left: '卡号[银行卡号]' },
  { kind: 'paymentCard', text: 'Order 4111 1111 1111 1112', left: null },
  {
    kind: 'nationalId',
    text: '身份证11010519491231002X可以吗？',
    left: '身份证[证件号码]可以吗？',
  },
  { kind: 'nationalId', text: '编号110105194912310021', left: null },
  { kind: 'nationalId', text: 'My SSN is 536-90-4399.', left: 'My SSN is [id number].' },
  { kind: 'nationalId', text: 'Part 000-12-3456', left: null },
  { kind: 'phoneNumber', text: '电话13812345678', left: '电话[电话号码]' },
  { kind: 'phoneNumber', text: '座机 010-62345678', left: '座机 [电话号码]' },
  { kind: 'phoneNumber', text: 'Call +44 20 7946 0958 now', left: 'Call [phone number] now' },
  { kind: 'phoneNumber', text: 'Call (212) 555-0123', left: 'Call [phone number]' },
  { kind: 'phoneNumber', text: 'Order 20261128001', left: null },
  {
    kind: 'phoneNumber',
    text: 'ご連絡は +81 3 1234 5678 まで。返品',
    left: 'ご連絡は [phone number] まで。返品',
  },
  { kind: 'secret', text: 'key AKIAIOSFODNN7EXAMPLE', left: 'key [secret]' },
  { kind: 'secret', text: '密钥 AKIAIOSFODNN7EXAMPLE', left: '密钥 [密钥]' },
] as const)('$kind in "$text"', ({ kind, text, left }) => {
  const spans = checks[kind].find(text)
  expect(replaceSpans(text, spans)).toBe(left ?? text)
  expect(spans).toHaveLength(left === null ? 0 : 1)
})

test('what was replaced is found by no check again', () => {
  const parts = [
    'ann@example.com',
    '13812345678',
    '4111111111111111',
    '11010519491231002X',
    '的',
    ' ',
    'a',
    'の',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 8 }), (cell) => {
      const repair = (text: string) => repairCell(text, new Set(redactions), () => undefined)
      const repaired = repair(cell.join(' '))
      expect(repair(repaired)).toBe(repaired)
      for (const check of Object.values(checks)) expect(check.find(repaired)).toEqual([])
    }),
  )
})
