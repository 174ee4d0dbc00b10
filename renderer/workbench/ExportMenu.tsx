import { Button, Menu, Text } from '@mantine/core'
import { IconFileExport } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { dataFormatSchema, type DataFormat } from '../../shared/workbench/exportFormat.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { formatCount } from '../format.ts'
import { rolesQuery } from './workbenchQueries.ts'
import { showMessage } from '../components/showMessage.ts'

/** The dataset as it stands, without excluded rows, as a file of the analyst's choice. */
export function ExportMenu({ datasetId }: { datasetId: string }) {
  const { t, i18n } = useTranslation('workbench')
  const { data: roles } = useQuery(rolesQuery(datasetId))
  const write = useMutation({
    mutationFn: (format: DataFormat) => {
      if (!roles) throw new Error('The columns are not known yet.')
      return invoke('workbench.export', { datasetId, format, columns: roles })
    },
    onSuccess: (written) => {
      if (!written) return
      const left =
        written.leftOut > 0
          ? ` ${t('export.leftOut', { count: written.leftOut, shown: formatCount(written.leftOut, i18n.language) })}`
          : ''
      showMessage({
        title: t('export.done', {
          count: written.rowCount,
          shown: formatCount(written.rowCount, i18n.language),
        }),
        message: written.path + left,
      })
    },
    onError: showError,
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconFileExport size={18} aria-hidden />}
          loading={write.isPending}
          disabled={!roles}
        >
          {t('export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {dataFormatSchema.options.map((format) => (
          <Menu.Item key={format} onClick={() => write.mutate(format)}>
            {t(`export.format.${format}`)}
            <Text size="xs" c="dimmed">
              {t(`export.about.${format}`)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
