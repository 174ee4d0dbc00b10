import { expect, test } from '@playwright/test'
import { launchApp, makeDataDirectory, type LaunchedApp } from './support/launch.ts'

let running: LaunchedApp
test.beforeAll(async () => {
  running = await launchApp(await makeDataDirectory())
})
test.afterAll(() => running.app.close())

test('gives the page neither Node nor Electron, and a bridge of three functions', async () => {
  const seen = await running.page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'electron'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys(window.timbre).sort(),
  }))
  expect(seen).toEqual({ globals: [], bridge: ['invoke', 'on', 'pathForFile'] })
})

test('refuses to navigate, to open windows, to run foreign code and to reach the network', async () => {
  const { page, app } = running
  const address = page.url()
  await page.evaluate(() => {
    location.href = 'https://example.com/'
  })
  expect(page.url()).toBe(address)
  expect(await page.evaluate(() => window.open('https://example.com/'))).toBeNull()
  expect(app.windows()).toHaveLength(1)
  const blocked = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.hacked = true'
    document.body.append(script)
    const reached = await fetch('http://127.0.0.1:9/').then(
      () => true,
      () => false,
    )
    return { ran: 'hacked' in window, reached }
  })
  expect(blocked).toEqual({ ran: false, reached: false })
})

test('sends a strict content policy and serves nothing outside the page', async () => {
  const policy = await running.page.evaluate(async () => {
    const answer = await fetch('timbre://app/index.html')
    const outside = await fetch('timbre://app/..%2f..%2fpackage.json').then(
      (response) => response.status,
      () => 0,
    )
    return { header: answer.headers.get('content-security-policy'), outside }
  })
  expect(policy.header).toContain("default-src 'none'")
  expect(policy.header).not.toContain('unsafe-eval')
  expect(policy.outside).not.toBe(200)
})

test('refuses calls that the contract does not know, and inputs that do not fit', async () => {
  const answers = await running.page.evaluate(() =>
    Promise.all([
      window.timbre.invoke('no.such' as 'app.describe', null),
      window.timbre.invoke('dataset.get', { id: 7 }),
      window.timbre.invoke('dataset.import', { path: '/no/such/file.csv' }),
    ]),
  )
  expect(answers.map((answer) => !answer.ok && answer.error.code)).toEqual([
    'InvalidRequest',
    'InvalidRequest',
    'FileNotFound',
  ])
})
