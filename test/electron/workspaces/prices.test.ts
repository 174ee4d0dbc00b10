/** Where AWS has no price list to be asked. */
import { expect, test, vi } from 'vitest'
import type { OpenAccount } from '../../../electron/aws/workspace.ts'
import { createPrices } from '../../../electron/workspaces/prices.ts'
import * as builtIn from '../../../shared/builtInPrices.ts'

test('the table of a region is reckoned once, however often it is asked', async () => {
  const reckon = vi.spyOn(builtIn, 'reckonedHourly')
  let region = 'us-gov-west-1'
  const prices = createPrices({
    open: async () => ({ workspaceId: 'cloud', region }) as unknown as OpenAccount, // as far as it is asked
    now: () => 0,
  })
  const { hourly } = await prices.list('cloud', 'Training')
  expect((await prices.list('cloud', 'Hosting')).hourly).toBe(hourly)
  const price = await prices.machine('cloud', 'ml.g5.2xlarge', 'Hosting')
  expect(price).toEqual({
    perHour: builtIn.reckonedPrice(region, 'ml.g5.2xlarge')?.perHour,
    currency: 'USD',
    reckonedIn: region,
  })
  expect(reckon.mock.calls).toEqual([['us-gov-west-1']])
  region = 'us-gov-east-1'
  expect((await prices.list('cloud', 'Training')).hourly).not.toBe(hourly)
})
