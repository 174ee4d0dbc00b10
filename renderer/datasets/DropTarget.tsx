import { Text } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { pathForFile } from '../api.ts'
import { useImportDataset } from './useImportDataset.ts'

/** A file can be dropped anywhere on the window. */
export function DropTarget({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  const { importPath } = useImportDataset()

  useEffect(() => {
    // Enter and leave fire for every element under the pointer: counting tells when the window is left.
    let depth = 0
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onEnter = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth += 1
      setOver(true)
    }
    const onLeave = () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const onOver = (event: DragEvent) => event.preventDefault()
    const onDrop = (event: DragEvent) => {
      event.preventDefault()
      depth = 0
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file) importPath(pathForFile(file))
    }
    window.addEventListener('dragenter', onEnter)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('dragover', onOver)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragenter', onEnter)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [importPath])

  return (
    <>
      {children}
      {over && (
        <div className="drop-overlay">
          <div>
            <IconFileImport size={40} stroke={1.5} aria-hidden />
            <Text fw={600} size="lg">
              {t('dataset.drop')}
            </Text>
          </div>
        </div>
      )}
    </>
  )
}
