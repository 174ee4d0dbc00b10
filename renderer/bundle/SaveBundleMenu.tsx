import { Button, Menu, Text } from '@mantine/core'
import { IconPackageExport } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { showSaved } from '../components/showSaved.ts'

export function SaveBundleMenu({ versionId }: { versionId: string }) {
  const { t } = useTranslation('ship')
  const save = useMutation({
    mutationFn: (withWeights: boolean) => invoke('bundle.save', { versionId, withWeights }),
    onSuccess: showSaved,
    onError: showError,
  })
  return (
    <Menu>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPackageExport size={18} aria-hidden />}
          loading={save.isPending}
        >
          {t('bundle.save')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[false, true].map((withWeights) => (
          <Menu.Item key={String(withWeights)} onClick={() => save.mutate(withWeights)}>
            <Text size="sm">{t(withWeights ? 'bundle.saveWeights' : 'bundle.savePlain')}</Text>
            <Text size="xs" c="dimmed">
              {t(withWeights ? 'bundle.saveWeightsHint' : 'bundle.savePlainHint')}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
