import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { componentArn, currentRevision, modelArn, type Endpoint } from '../../shared/endpoint.ts'
import { CopyBlock } from '../components/CopyBlock.tsx'
import { modelsQuery } from '../queries.ts'

/** What a team needs to find it again, each copyable. */
export function DetailsPanel({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('ship')
  const { data: models = [] } = useQuery(modelsQuery)
  const revision = currentRevision(endpoint)
  const jobOf = (candidateId: string | null): [string, string][] => {
    const candidates = models.flatMap(({ versions }) => versions.flatMap((one) => one.candidates))
    const arn = candidates.find(({ id }) => id === candidateId)?.trainingJobArn
    return arn ? [['trainingJob', arn]] : []
  }
  const facts: [string, string][] = [
    ['arn', endpoint.arn],
    ['config', revision.configName],
    ...(revision.componentName === null
      ? []
      : [['component', componentArn(endpoint, revision.componentName)] as [string, string]]),
    ...revision.variants.flatMap((variant): [string, string][] => [
      ['model', modelArn(endpoint, variant.modelName)],
      ['modelData', variant.modelUri],
      ...jobOf(variant.candidateId),
      ['image', variant.image],
      ['instance', `${variant.instanceType} × ${variant.instanceCount}`],
    ]),
    ...(revision.dataCapture
      ? [['capture', revision.dataCapture.destinationUri] as [string, string]]
      : []),
    ...(revision.asyncOutputUri === null
      ? []
      : [['asyncOutput', revision.asyncOutputUri] as [string, string]]),
  ]
  return (
    <Stack gap="sm">
      {facts.map(([name, value], index) => (
        <div key={`${name} ${index}`}>
          <Text size="sm" fw={500} mb={4}>
            {t(`details.${name}`)}
          </Text>
          <CopyBlock label={t(`details.${name}`)} text={value} />
        </div>
      ))}
    </Stack>
  )
}
