import { Button, Menu } from '@mantine/core'
import {
  IconCertificate,
  IconChevronDown,
  IconDownload,
  IconNotebook,
  IconPlugConnected,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Candidate } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { showSaved } from '../components/showSaved.ts'
import { DeployDialog } from '../endpoints/DeployDialog.tsx'
import { NotebookDrawer } from '../notebook/NotebookDrawer.tsx'
import { RegisterDialog } from '../registry/RegisterDialog.tsx'

interface ShipMenuProps {
  readonly candidate: Candidate
  readonly modelName: string
  readonly workspaceId: string
}

/** What becomes of a good candidate: an endpoint, an entry in the registry, a notebook, a file. */
export function ShipMenu({ candidate, modelName, workspaceId }: ShipMenuProps) {
  const { t } = useTranslation('ship')
  const [open, setOpen] = useState<'deploy' | 'register' | 'notebook' | null>(null)
  const close = () => setOpen(null)
  const download = useMutation({
    mutationFn: () => invoke('artifact.save', { candidateId: candidate.id }),
    onSuccess: showSaved,
    onError: showError,
  })
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button
            size="sm"
            variant="default"
            loading={download.isPending}
            rightSection={<IconChevronDown size={16} aria-hidden />}
            aria-label={t('ship.label', { name: candidate.baseModelName })}
          >
            {t('ship.button')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            onClick={() => setOpen('deploy')}
          >
            {t('ship.deploy')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCertificate size={16} aria-hidden />}
            onClick={() => setOpen('register')}
          >
            {t('ship.register')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconNotebook size={16} aria-hidden />}
            onClick={() => setOpen('notebook')}
          >
            {t('ship.notebook')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => download.mutate()}
          >
            {t('ship.artifact')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'deploy' && <DeployDialog candidateId={candidate.id} onClose={close} />}
      {open === 'register' && (
        <RegisterDialog
          candidateId={candidate.id}
          modelName={modelName}
          workspaceId={workspaceId}
          onClose={close}
        />
      )}
      {open === 'notebook' && <NotebookDrawer candidateId={candidate.id} onClose={close} />}
    </>
  )
}
