import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../../shared/errors.ts'

const directory = path.resolve(import.meta.dirname, '../../shared/locales')
const namespaces = readdirSync(path.join(directory, 'en'))

type Words = { readonly [key: string]: string | Words }

function read(language: string, namespace: string): Words {
  return JSON.parse(readFileSync(path.join(directory, language, namespace), 'utf8')) as Words
}

/** Every text with its path; English has a singular where Chinese has one form only. */
function flatten(words: Words, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string'
        ? [[prefix + key.replace(/_(one|other)$/, ''), value]]
        : [...flatten(value, `${prefix}${key}.`)],
    ),
  )
}

const places = (text: string) =>
  [...new Set([...text.matchAll(/{{\s*(\w+)/g)].map((match) => match[1]))].sort()

test('both languages have the same files', () => {
  expect(readdirSync(path.join(directory, 'zh'))).toEqual(namespaces)
})

test.each(namespaces)('%s says the same things in both languages', (namespace) => {
  const english = flatten(read('en', namespace))
  const chinese = flatten(read('zh', namespace))
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  for (const [key, text] of english) {
    expect(text.trim(), `en ${key}`).not.toBe('')
    expect(chinese.get(key)?.trim(), `zh ${key}`).not.toBe('')
    expect(places(chinese.get(key) ?? ''), `places of ${key}`).toEqual(places(text))
  }
})

test('every error has words', () => {
  expect(Object.keys(read('en', 'errors.json')).sort()).toEqual([...errorCodes].sort())
})

test('every text that main asks for by its name is there', () => {
  const main = path.resolve(import.meta.dirname, '../../electron')
  const asked = readdirSync(main, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(path.join(main, file), 'utf8').matchAll(
        /'(analysis|catalog|cli|disk|errors|findings|move|native|report):([\w.]+)'/g,
      ),
    ])
  expect(asked.length).toBeGreaterThan(100)
  const missing = asked
    .filter(([, namespace = '', key = '']) => !flatten(read('en', `${namespace}.json`)).has(key))
    .map(([text]) => text)
  expect(missing).toEqual([])
})
