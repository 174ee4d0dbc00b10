/** The checks of a cell's text, in the order in which their fixes are made. */
import type { FindingCode } from '../../../shared/dataset.ts'
import { replaceSpans, type CellCheck } from './cellCheck.ts'
import { formulaCell } from './formula.ts'
import { markup } from './markup.ts'
import { lostCharacter, mojibake } from './mojibake.ts'
import { emailAddress, nationalId, paymentCard, phoneNumber } from './personalData.ts'
import { secret } from './secrets.ts'
import { edgeSpace, extraNewline, oddSpace } from './spaces.ts'

export const cellChecks: readonly CellCheck[] = [
  mojibake,
  lostCharacter,
  markup,
  oddSpace,
  secret,
  emailAddress,
  paymentCard,
  nationalId,
  phoneNumber,
  extraNewline,
  edgeSpace,
  formulaCell,
]

/** Rows without any of these flags need no look at their text. */
export const anyTrigger = cellChecks.reduce((all, { trigger }) => all | trigger, 0)

/** A repair can show what another one has to repair: twice garbled text, a tag made of references. */
const mostRounds = 8

/** The text with the findings in `codes` repaired, until none is left. */
export function repairCell(
  text: string,
  codes: ReadonlySet<FindingCode>,
  count: (code: FindingCode, places: number) => void,
): string {
  let repaired = text
  for (let round = 0; round < mostRounds; round += 1) {
    const before = repaired
    for (const check of cellChecks) {
      if (!codes.has(check.code)) continue
      const spans = check.find(repaired).filter(({ replacement }) => replacement !== null)
      if (spans.length === 0) continue
      count(check.code, spans.length)
      repaired = replaceSpans(repaired, spans)
    }
    if (repaired === before) break
  }
  return repaired
}
