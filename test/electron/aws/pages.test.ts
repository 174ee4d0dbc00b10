import { expect, test } from 'vitest'
import { pagesOf } from '../../../electron/aws/pages.ts'
import { collect } from '../../support/collect.ts'

interface Page {
  readonly names: readonly string[]
  readonly NextToken?: string | undefined
}

function listing(pages: readonly Page[]) {
  const asked: (string | undefined)[] = []
  const read = (token: string | undefined) => {
    asked.push(token)
    const page = pages[asked.length - 1]
    return page ? Promise.resolve(page) : Promise.reject(new TypeError('There is no such page'))
  }
  return { asked, read }
}

test('reads page after page with the token of the one before', async () => {
  const { asked, read } = listing([
    { names: ['a'], NextToken: 'one' },
    { names: [], NextToken: 'two' },
    { names: ['b'] },
  ])
  expect((await collect(pagesOf(read))).flatMap(({ names }) => names)).toEqual(['a', 'b'])
  expect(asked).toEqual([undefined, 'one', 'two'])
})

test('an empty token is the end', async () => {
  const { asked, read } = listing([{ names: ['a'], NextToken: '' }])
  await collect(pagesOf(read))
  expect(asked).toHaveLength(1)
})

test('reads no further than the caller does', async () => {
  const { asked, read } = listing([{ names: ['a'], NextToken: 'one' }, { names: ['b'] }])
  for await (const page of pagesOf(read)) if (page.names.includes('a')) break
  expect(asked).toHaveLength(1)
})

test('a refusal of AWS becomes an error in words for people', async () => {
  const refusal = Object.assign(new Error('no'), {
    name: 'ThrottlingException',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  })
  await expect(collect(pagesOf(() => Promise.reject(refusal)))).rejects.toMatchObject({
    code: 'Throttled',
  })
})
