import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { dataDirectory } from '../../electron/dataDirectory.ts'
import { resourcesDirectory } from '../../electron/resourcesDirectory.ts'

test('the option goes before the environment, and both before the usual place', () => {
  const environment = { TIMBRE_HOME: '/of/environment', XDG_CONFIG_HOME: '/config' }
  expect(dataDirectory('/chosen', environment, 'linux')).toBe(path.resolve('/chosen'))
  expect(dataDirectory(undefined, environment, 'linux')).toBe(path.resolve('/of/environment'))
})

test.each([
  ['linux', {}, path.join(os.homedir(), '.config', 'Timbre')],
  ['linux', { XDG_CONFIG_HOME: '/config' }, path.join('/config', 'Timbre')],
  ['darwin', {}, path.join(os.homedir(), 'Library', 'Application Support', 'Timbre')],
  ['win32', { APPDATA: '/roaming' }, path.join('/roaming', 'Timbre')],
] as const)(
  'on %s with %o it is where Electron keeps userData',
  (platform, environment, expected) => {
    expect(dataDirectory(undefined, environment, platform)).toBe(expected)
  },
)

test('finds models and samples from source', () => {
  expect(resourcesDirectory(undefined, {})).toBe(path.resolve(import.meta.dirname, '../..'))
})

test('passes over a folder that holds no models', () => {
  const elsewhere = { TIMBRE_RESOURCES: os.tmpdir() }
  expect(resourcesDirectory(undefined, elsewhere)).toBe(path.resolve(import.meta.dirname, '../..'))
})
