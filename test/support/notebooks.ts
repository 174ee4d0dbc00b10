/** Notebooks held against their format, compiled, and executed where Jupyter is installed. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Notebook } from '../../electron/notebook/notebook.ts'

const run = promisify(execFile)

/** A Python with boto3; with nbclient and ipykernel notebooks are executed too. */
export const python = process.env['TIMBRE_TEST_PYTHON'] ?? 'python3'

export async function succeeds(command: string, ...given: string[]): Promise<boolean> {
  return run(command, given).then(
    () => true,
    () => false,
  )
}

export const whatJupyterNeeds =
  'boto3, nbformat, nbclient and ipykernel are not installed (TIMBRE_TEST_PYTHON)'

export function hasJupyter(): Promise<boolean> {
  return succeeds(python, '-c', 'import boto3, nbformat, nbclient, ipykernel')
}

const common = {
  id: z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/),
  metadata: z.object({}),
  source: z.array(z.string()),
}
const cell = z.discriminatedUnion('cell_type', [
  z.strictObject({ ...common, cell_type: z.literal('markdown') }),
  z.strictObject({
    ...common,
    cell_type: z.literal('code'),
    execution_count: z.null(),
    outputs: z.array(z.never()),
  }),
])

/** nbformat 4.5, as far as Jupyter refuses a notebook for it. */
export function expectValid(notebook: Notebook): void {
  z.strictObject({
    nbformat: z.literal(4),
    nbformat_minor: z.literal(5),
    metadata: z.object({}),
    cells: z.array(cell).min(10),
  }).parse(notebook)
  const ids = notebook.cells.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
}

const compileCells = `
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    cells = json.load(file)["cells"]
for number, cell in enumerate(cells):
    if cell["cell_type"] == "code":
        compile("".join(cell["source"]), f"cell {number}", "exec")
`

/** @throws where a cell is no Python */
export async function compileNotebook(notebook: Notebook, file: string): Promise<void> {
  await writeFile(file, JSON.stringify(notebook))
  await run(python, ['-c', compileCells, file])
}

const executeCells = `
import nbformat, nbclient, sys
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
print("".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", [])))
`

/** From top to bottom. @returns what its cells printed */
export async function executeNotebook(
  notebook: Notebook,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  await writeFile(file, JSON.stringify(notebook))
  const { stdout } = await run(python, ['-c', executeCells, file], {
    env: { ...process.env, ...env },
    timeout: 300_000,
  })
  return stdout
}
