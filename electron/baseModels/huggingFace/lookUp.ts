/** Whether a repository holds a model that can be trained here, and in which files. */
import { ggufStartBytes, requireSupportedConfig, requireSupportedGguf } from './architectures.ts'
import { chooseFiles, largestIndex, weightsIndex, type ChosenFiles } from './chooseFiles.ts'
import type { HubClient, HubRepository } from './hubClient.ts'

const largestConfig = 1024 * 1024

/** @throws AppError HubModelGated, HubModelNoWeights, HubModelUnsupported, … */
export async function lookUp(
  client: HubClient,
  repository: Pick<HubRepository, 'repo' | 'commit'>,
): Promise<ChosenFiles> {
  const { repo } = repository
  const readText = async (name: string, atMost: number) =>
    (await client.readStart(repository, name, atMost)).toString('utf8')
  const chosen = await chooseFiles(repo, await client.listFiles(repository), () =>
    readText(weightsIndex, largestIndex),
  )
  if (chosen.kind === 'safetensors') {
    requireSupportedConfig(repo, await readText('config.json', largestConfig))
  } else {
    const name = chosen.choices[0]?.name ?? ''
    requireSupportedGguf(repo, await client.readStart(repository, name, ggufStartBytes))
  }
  return chosen
}
