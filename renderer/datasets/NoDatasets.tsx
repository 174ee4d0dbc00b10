import { Button } from '@mantine/core'
import { IconDatabase } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../components/EmptyState.tsx'
import { useNavigate } from '../navigation.tsx'

/** Where a dataset is to be chosen and there is none: the way to one. */
export function NoDatasets() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <EmptyState
      icon={<IconDatabase size={44} stroke={1.3} aria-hidden />}
      title={t('noDatasets.title')}
      text={t('noDatasets.text')}
      actions={
        <Button onClick={() => navigate({ page: 'datasets' })}>{t('noDatasets.add')}</Button>
      }
    />
  )
}
