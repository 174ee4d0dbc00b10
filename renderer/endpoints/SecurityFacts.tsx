import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DeployDefaults } from '../../shared/endpoint.ts'

/** Which key and network of the workspace an endpoint is made with. */
export function SecurityFacts({ kmsKeyArn, vpc }: Pick<DeployDefaults, 'kmsKeyArn' | 'vpc'>) {
  const { t } = useTranslation('ship')
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {kmsKeyArn === null ? t('deploy.keyNone') : t('deploy.key', { key: kmsKeyArn })}{' '}
      {vpc === null
        ? t('deploy.networkNone')
        : t('deploy.network', {
            subnets: vpc.subnetIds.join(', '),
            groups: vpc.securityGroupIds.join(', '),
          })}
    </Text>
  )
}
