/**
 * `npm run validate-aws -- FILE`: holds the requests of a recording (TIMBRE_RECORD_AWS=FILE) against AWS's published service
 * models: members, types, patterns, ranges, enums, and what is required.
 */
import { readFileSync } from 'node:fs'
import { validateRecording } from '../test/support/aws/validateRecording.ts'

const file = process.argv[2]
if (file === undefined) {
  console.error('Name a file that was recorded with TIMBRE_RECORD_AWS.')
  process.exit(1)
}
const { requests, operations, problems, undescribed } = validateRecording(
  readFileSync(file, 'utf8'),
)
for (const [name, count] of [...operations].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${String(count).padStart(6)}  ${name}`)
if (undescribed > 0) console.log(`${String(undescribed).padStart(6)}  (described by no model)`)
for (const problem of problems) console.log(problem)
console.log(`${requests} requests, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
