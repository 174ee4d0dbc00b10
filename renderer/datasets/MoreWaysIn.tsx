import { Button, Menu } from '@mantine/core'
import { IconBucket, IconChevronDown, IconClipboardText } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PasteDialog } from './PasteDialog.tsx'
import { S3Dialog } from './S3Dialog.tsx'
import { useImportDataset } from './useImportDataset.ts'

/** Pasting and S3: for fewer people, so behind one button. */
export function MoreWaysIn() {
  const { t } = useTranslation()
  const { paste, importObject } = useImportDataset()
  const [dialog, setDialog] = useState<'paste' | 's3' | null>(null)
  const close = () => setDialog(null)
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
            {t('intake:more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconClipboardText size={18} aria-hidden />}
            onClick={() => setDialog('paste')}
          >
            {t('intake:paste')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconBucket size={18} aria-hidden />}
            onClick={() => setDialog('s3')}
          >
            {t('intake:s3')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'paste' && (
        <PasteDialog
          onClose={close}
          onImport={(text) => {
            close()
            paste(text, t('intake:pasteName'))
          }}
        />
      )}
      {dialog === 's3' && (
        <S3Dialog
          onClose={close}
          onImport={(bucket, key) => {
            close()
            importObject(bucket, key)
          }}
        />
      )}
    </>
  )
}
