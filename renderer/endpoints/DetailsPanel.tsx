import { Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { currentRevision, type Endpoint } from '../../shared/endpoint.ts'
import { CopyBlock } from '../components/CopyBlock.tsx'

/** What a team needs to find it again, each copyable. */
export function DetailsPanel({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('ship')
  const revision = currentRevision(endpoint)
  const facts: [string, string][] = [
    ['arn', endpoint.arn],
    ['config', revision.configName],
    ...revision.variants.flatMap((variant): [string, string][] => [
      ['modelData', variant.modelUri],
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
