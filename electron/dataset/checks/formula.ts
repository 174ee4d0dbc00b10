/** Cells that a spreadsheet would compute instead of showing. */
import { flag } from '../kernel/kernel.ts'
import type { CellCheck } from './cellCheck.ts'

/** A number, phone number or list item may begin with a sign. */
const harmless = /^[+-](?:\s|[\d\s().,/:-]+(?:[%°€$£¥]|\s|\p{L}|$)|$)/u
const formula = /^(?:[=@](?=[^\s=])|[+-](?=[^\s+-]))/

export const formulaCell: CellCheck = {
  code: 'formula-cell',
  trigger: flag.formula,
  find: (text) => {
    const looksSo = formula.test(text) && (!harmless.test(text) || /^[+-]\d+[+*/-]\d/.test(text))
    return looksSo ? [{ start: 0, end: 1, replacement: null }] : []
  },
}
