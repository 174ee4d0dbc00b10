import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../shared/model.ts'
import { DeleteModelDialog } from './DeleteModelDialog.tsx'
import { RenameModelDialog } from './RenameModelDialog.tsx'

interface ModelMenuProps {
  readonly model: Model
  /** Beside buttons with a frame it has one, too. */
  readonly isFramed: boolean
}

/** What is done to a model as a whole. */
export function ModelMenu({ model, isFramed }: ModelMenuProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null)
  const target = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(null)
    target.current?.focus()
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            ref={target}
            {...(isFramed ? { variant: 'default' } : { variant: 'subtle', color: 'gray' })}
            size={36}
            aria-label={t('model.menu', { name: model.name })}
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={16} aria-hidden />}
            onClick={() => setOpen('rename')}
          >
            {t('model.rename')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setOpen('delete')}
          >
            {t('model.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'rename' && <RenameModelDialog model={model} onClose={close} />}
      {open === 'delete' && <DeleteModelDialog model={model} onClose={close} />}
    </>
  )
}
