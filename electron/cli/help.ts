/** Help and refusals of usage in the chosen language: Commander's own words are English. */
import { Command, type Argument, type Option } from 'commander'
import { binDays } from '../../shared/diskLedger.ts'
import { judgePlaces } from '../../shared/judge.ts'
import type { Translate } from '../translate.ts'
import { terminalWidth, wrapText } from './terminalText.ts'
import { usageRefusal } from './usageRefusal.ts'

/** A program without commands yet; those that it gets behave as it does. */
export function createProgram(t: Translate): Command {
  class TranslatedCommand extends Command {
    override createCommand(name?: string): Command {
      return new TranslatedCommand(name)
    }

    override error(message: string, options?: Parameters<Command['error']>[1]): never {
      return super.error(usageRefusal(t, message, options?.code), options)
    }
  }
  return new TranslatedCommand('timbre').configureHelp({
    showGlobalOptions: true,
    displayWidth: terminalWidth,
    boxWrap: wrapText,
    styleTitle: (title) => t(`help:title.${titles[title] ?? 'options'}`),
    styleUsage: (usage) => withUsageWords(t, usage),
    styleSubcommandTerm: (term) => withUsageWords(t, term),
    optionDescription: (option) => withFacts(t, option),
    argumentDescription: (argument) => withFacts(t, argument),
  })
}

const titles: Readonly<Record<string, string>> = {
  'Usage:': 'usage',
  'Arguments:': 'arguments',
  'Options:': 'options',
  'Global Options:': 'everywhere',
  'Commands:': 'commands',
}

function withUsageWords(t: Translate, text: string): string {
  return text
    .replace('[options]', t('help:usage.options'))
    .replace('[command]', t('help:usage.command'))
}

/** Choices and defaults stand behind the description. */
function withFacts(t: Translate, item: Option | Argument): string {
  const { argChoices, defaultValue, description } = item
  const fact = (name: string, value: string) => t(`help:fact.${name}`, { value })
  const facts = [
    ...(argChoices ? [fact('choices', argChoices.join(', '))] : []),
    // What may be given several times begins empty, which is no news.
    ...(typeof defaultValue === 'string' ? [fact('default', defaultValue)] : []),
    ...('presetArg' in item && typeof item.presetArg === 'string'
      ? [fact('preset', item.presetArg)]
      : []),
  ].join(', ')
  return facts === '' ? description : t('help:fact.several', { description, facts })
}

/** Describes every command, option and argument by its name; `common` has what several commands mean by one name. */
export function giveWords(program: Command, t: Translate): void {
  describe(program, program.name(), 'common')

  function describe(command: Command, name: string, other: string): void {
    const wordsFor = (key: string) =>
      find(`${name}.${key}`) ?? find(`${other}.${key}`) ?? find(`common.${key}`) ?? ''
    command.description(wordsFor('about')).helpOption('-h, --help', wordsFor('help'))
    for (const option of command.options) option.description = wordsFor(option.attributeName())
    for (const argument of command.registeredArguments)
      argument.description = wordsFor(argument.name())
    if (command.commands.length > 0) command.helpCommand('help [command]', find('help.about') ?? '')
    for (const sub of command.commands)
      if (command === program) describe(sub, sub.name(), 'common')
      else describe(sub, `${name}-${sub.name()}`, name)
  }

  /** i18next answers with the key of what is not there. */
  function find(key: string): string | undefined {
    const words = t(`help:${key}`, { places: judgePlaces.join(', '), days: binDays })
    return words === key ? undefined : words
  }
}
