/** Values of options, checked; what is wrong with one is said in the chosen language. */
import { InvalidArgumentError } from 'commander'
import { servesTransform } from '../../shared/batch.ts'
import { findingCodeSchema, type FindingCode } from '../../shared/dataset.ts'
import type { Translate } from '../translate.ts'

export function optionValues(t: Translate) {
  const refuse = (why: string, values?: Record<string, string>) =>
    new InvalidArgumentError(t(`help:refused.${why}`, values))
  return {
    transformInstance(text: string): string {
      if (servesTransform(text)) return text
      throw refuse('transform')
    },
    positiveInteger(text: string): string {
      if (/^[1-9]\d*$/.test(text)) return text
      throw refuse('positiveInteger')
    },
    findingCodes(text: string): FindingCode[] {
      return text.split(',').map((part) => {
        const code = findingCodeSchema.safeParse(part.trim())
        if (code.success) return code.data
        throw refuse('findings', { codes: findingCodeSchema.options.join(', ') })
      })
    },
    /** `--set name=value`, as often as needed. */
    setting(text: string, before: Record<string, string>): Record<string, string> {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
      if (name === undefined || value === undefined) throw refuse('setting')
      return { ...before, [name.trim()]: value.trim() }
    },
  }
}
