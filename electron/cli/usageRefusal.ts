/** What Commander refuses, in the chosen language: it says only in English what was wrong, and which kind of refusal it is. */
import type { Translate } from '../translate.ts'

/** By Commander's codes; what is named becomes the values of the text of that name. */
const refusals: readonly { code: string; text: string; pattern: RegExp }[] = [
  { code: 'missingArgument', text: 'missingArgument', pattern: /argument '(?<name>.*)'$/ },
  {
    code: 'optionMissingArgument',
    text: 'optionMissingArgument',
    pattern: /option '(?<name>.*)' argument missing$/,
  },
  {
    code: 'missingMandatoryOptionValue',
    text: 'missingMandatoryOptionValue',
    pattern: /option '(?<name>.*)' not specified$/,
  },
  {
    code: 'conflictingOption',
    text: 'conflictingOption',
    pattern: /option '(?<name>.*)' cannot be used with option '(?<other>.*)'$/,
  },
  {
    code: 'unknownOption',
    text: 'unknownOption',
    pattern: /option '(?<name>.*)'(?:\n\(Did you mean (?<similar>.*)\?\))?$/,
  },
  {
    code: 'unknownCommand',
    text: 'unknownCommand',
    pattern: /command '(?<name>.*)'(?:\n\(Did you mean (?<similar>.*)\?\))?$/,
  },
  {
    code: 'excessArguments',
    text: 'excessArguments',
    pattern: /Expected (?<expected>\d+) arguments? but got (?<received>\d+)/,
  },
  {
    code: 'invalidArgument',
    text: 'invalidOption',
    pattern: /option '(?<name>.*)' argument '(?<value>.*)' is invalid\. (?<reason>.*)$/s,
  },
  {
    code: 'invalidArgument',
    text: 'invalidArgument',
    pattern: /value '(?<value>.*)' is invalid for argument '(?<name>.*)'\. (?<reason>.*)$/s,
  },
]

/** @param code as Commander gives it; a refusal that is not known stays as it is */
export function usageRefusal(t: Translate, message: string, code: string | undefined): string {
  for (const { code: known, text, pattern } of refusals) {
    const found = code === `commander.${known}` ? pattern.exec(message)?.groups : undefined
    if (!found) continue
    const { similar, reason = '', ...values } = found
    const words = t(`help:refused.${text}`, { ...values, reason: reasonOf(t, reason) })
    return similar === undefined ? words : `${words}\n${t('help:refused.similar', { similar })}`
  }
  return message
}

function reasonOf(t: Translate, reason: string): string {
  const choices = /^Allowed choices are (.*)\.$/.exec(reason)?.[1]
  return choices === undefined ? reason : t('help:refused.choices', { choices })
}
