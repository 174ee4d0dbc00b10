/*
 * The first script of a fresh clone: it needs nothing but Node 18 and npm. It installs the dependencies when they are
 * missing or older than the lock file, and hands over to the Node that came with them.
 *
 *   node build/bootstrap.cjs <script> [arguments]      runs build/<script>.ts
 */
'use strict'

const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const modules = path.join(root, 'node_modules')
const stampFile = path.join(modules, '.timbre-installed')

function lockHash() {
  const hash = createHash('sha256')
  for (const file of ['package.json', 'package-lock.json']) {
    hash.update(fs.readFileSync(path.join(root, file)))
  }
  return hash.digest('hex')
}

function isInstalled() {
  return fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === lockHash()
}

function fail(message, status) {
  console.error(message)
  process.exit(status || 1)
}

function npm(...options) {
  const result = spawnSync('npm', [...options, '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // The dependencies have a Node of their own; that this one is older than some of them ask for is no matter.
    env: Object.assign({}, process.env, { npm_config_engine_strict: 'false' }),
  })
  if (result.error) fail('npm could not be started: ' + result.error.message)
  if (result.status !== 0) fail('npm ' + options[0] + ' failed; see above.', result.status)
}

function install() {
  console.log('Installing the dependencies (once) ...')
  npm('ci', '--no-audit', '--no-fund')
  // .npmrc says why the others' scripts don't run.
  npm('rebuild', 'node', '--ignore-scripts=false')
  fs.writeFileSync(stampFile, lockHash())
}

function bundledNode() {
  const directory = path.join(modules, '.bin')
  const node = path.join(directory, process.platform === 'win32' ? 'node.cmd' : 'node')
  if (!fs.existsSync(node)) fail('The bundled Node is missing. Delete node_modules and try again.')
  return { directory, node }
}

if (Number(process.versions.node.split('.')[0]) < 18) {
  fail('Timbre needs Node 18 or newer to start; this is ' + process.version + '.')
}
if (!isInstalled()) install()

const { directory, node } = bundledNode()
const [script, ...rest] = process.argv.slice(2)
const result = spawnSync(node, [path.join(root, 'build', script + '.ts'), ...rest], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: Object.assign({}, process.env, {
    PATH: directory + path.delimiter + (process.env.PATH || ''),
    // A local app reports nothing, and neither do its tools.
    ORT_DISABLE_TELEMETRY: '1',
  }),
})
if (result.error) fail(result.error.message)
process.exit(result.status === null ? 1 : result.status)
