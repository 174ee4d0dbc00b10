/** What every command gets. */
import type { Language } from '../../shared/settings.ts'
import { dataDirectory } from '../dataDirectory.ts'
import { forkEngine } from '../engineProcess/forkEngine.ts'
import { resourcesDirectory } from '../resourcesDirectory.ts'
import { createServices, type Publish, type Services, type ServicesOptions } from '../services.ts'
import type { Translate } from '../translate.ts'

export interface CommandContext {
  readonly dataDirectoryOption: string | undefined
  readonly systemLocale: string
  readonly language: Language
  readonly json: boolean
  readonly t: Translate
  print(line: string): void
}

/** Opens the services, and closes them when the work is over, however it ends. */
export async function withServices<T>(
  context: CommandContext,
  work: (services: Services) => Promise<T>,
  publish: Publish = () => undefined,
  more: Pick<ServicesOptions, 'huggingFace'> = {},
): Promise<T> {
  const services = createServices({
    dataDirectory: dataDirectory(context.dataDirectoryOption),
    resourcesDirectory: resourcesDirectory(),
    launchEngine: forkEngine,
    systemLocale: context.systemLocale,
    language: context.language,
    publish,
    ...more,
  })
  try {
    return await work(services)
  } finally {
    await services.close()
  }
}
