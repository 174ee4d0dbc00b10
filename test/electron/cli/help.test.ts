import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { chooseLanguage } from '../../../electron/cli/chooseLanguage.ts'
import { buildProgram } from '../../../electron/cli/program.ts'
import { terminalWidth, wrapText } from '../../../electron/cli/terminalText.ts'
import words from '../../../shared/locales/en/help.json' with { type: 'json' }

const programIn = (...commandArguments: string[]) =>
  buildProgram(chooseLanguage(commandArguments, { LANG: 'en_US.UTF-8' }))
const english = programIn()
const chinese = programIn('--language', 'zh')
const withSubcommands = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(withSubcommands),
]

test.each(withSubcommands(english).map((command, index) => [command.name(), command, index]))(
  'every word of %s is there, in both languages',
  (_, command, index) => {
    const twin = withSubcommands(chinese)[index]!
    expect(command.description()).toMatch(/^[A-Za-z]/)
    expect(twin.description()).toMatch(/[\u4e00-\u9fff]/)
    for (const [at, { flags, description }] of command.options.entries()) {
      expect(description, flags).toMatch(/^\w/)
      expect(twin.options[at]?.description, flags).toMatch(/[\u4e00-\u9fff]/)
    }
    for (const { argChoices, description } of twin.registeredArguments)
      if (argChoices) expect(description).toMatch(/[\u4e00-\u9fff]/)
    expect(twin.helpInformation()).toMatch(/^用法：[^]*\n选项：/)
    expect(twin.helpInformation()).not.toMatch(/Usage|Options|Commands|default|choices|\[options\]/)
  },
)

test('no words are left of an option that is gone', () => {
  const { title, usage, fact, refused, common, help, ...commands } = words
  const shared = new Set(Object.keys(common))
  const used = new Set<string>()
  const look = (command: Command, name: string) => {
    const items = [
      ...command.options.map((option) => option.attributeName()),
      ...command.registeredArguments.map((argument) => argument.name()),
      'about',
    ]
    for (const item of items)
      used
        .add(`${name}.${item}`)
        .add(`${name.split('-')[0]}.${item}`)
        .add(`common.${item}`)
    for (const sub of command.commands)
      look(sub, command === english ? sub.name() : `${name}-${sub.name()}`)
  }
  look(english, 'timbre')
  const said = Object.entries(commands).flatMap(([name, texts]) =>
    Object.keys(texts).map((key) => `${name}.${key}`),
  )
  expect(said.filter((key) => !used.has(key))).toEqual([])
  expect([...shared].filter((key) => key !== 'help' && !used.has(`common.${key}`))).toEqual([])
  expect([title, usage, fact, refused, help].every((part) => Object.keys(part).length > 0)).toBe(
    true,
  )
})

test('lines of Chinese break within the width of a terminal', () => {
  for (const command of withSubcommands(chinese))
    for (const line of command.helpInformation().split('\n'))
      if (!line.startsWith('用法')) expect(terminalWidth(line), line).toBeLessThanOrEqual(80)
  expect(wrapText('没有问题同时（a b）出现，在两侧。', 12).split('\n')).toEqual([
    '没有问题同时',
    '（a b）出',
    '现，在两侧。',
  ])
})

test.each([
  { given: ['--language', 'zh'], environment: { LANG: 'en_US.UTF-8' }, locale: 'zh' },
  { given: ['run', '--language=en'], environment: { LC_ALL: 'zh_CN.UTF-8' }, locale: 'en' },
  { given: ['ask', '--', '--language', 'zh'], environment: { LANG: 'C' }, locale: 'C' },
  { given: [], environment: { LC_ALL: 'zh_CN', LC_MESSAGES: 'en', LANG: 'en' }, locale: 'zh_CN' },
  { given: [], environment: { LC_MESSAGES: 'zh_TW', LANG: 'en' }, locale: 'zh_TW' },
  { given: ['--language', 'fr'], environment: { LANG: 'zh_CN' }, locale: 'zh_CN' },
  { given: [], environment: {}, locale: Intl.DateTimeFormat().resolvedOptions().locale },
])('$given in $environment speaks $locale', ({ given, environment, locale }) => {
  expect(chooseLanguage(given, environment)).toMatchObject({ systemLocale: locale })
})

test.each([
  [['scan'], "missing required argument 'file'", '缺少必需的参数“file”'],
  [['report', '--out', 'a', '--candidate'], "'--candidate <id>' argument missing", '缺少参数'],
  [
    ['report', '--out', 'a'],
    "required option '--candidate <id>' not specified",
    '未指定必需的选项',
  ],
  [['scan', 'a', '--group', 'b', '--stratify'], 'cannot be used with option', '不能与选项'],
  [['scan', 'a', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)", '您是指 --json 吗'],
  [['scam'], "unknown command 'scam'\n(Did you mean scan?)", '没有“scam”这个命令'],
  [['scan', 'a', 'b'], 'expected 1, got 2', '应为 1 个，实际为 2 个'],
  [['demo', '--epochs', 'x'], 'A whole number above 0 is needed.', '需要大于 0 的整数'],
  [['get', 'nothing'], "'nothing' is invalid for argument 'name'. Allowed choices", '不能用作参数'],
])('%j is refused in both languages', async (given, en, zh) => {
  expect(await refusal(english, given)).toContain(en)
  const inChinese = await refusal(chinese, given)
  expect(inChinese).toContain(zh)
  expect(inChinese).not.toContain('error:')
})

/** What is written to stderr. */
async function refusal(program: Command, given: readonly string[]): Promise<string> {
  let written = ''
  for (const command of withSubcommands(program))
    command.configureOutput({ writeErr: (text) => (written += text) })
  await program.parseAsync([...given], { from: 'user' }).catch(() => undefined)
  return written
}
