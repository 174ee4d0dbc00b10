import { Text } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportFile } from '../../shared/imports.ts'
import { invoke, pathForFile } from '../api.ts'
import { ChoosePartDialog } from './ChoosePartDialog.tsx'
import { useImportDataset } from './useImportDataset.ts'

interface Asked {
  readonly path: string
  readonly file: ImportFile
}

/** Files can be dropped anywhere on the window. */
export function DropTarget({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  const { importPaths } = useImportDataset()
  const [asked, setAsked] = useState<Asked | null>(null)

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
      const paths = [...(event.dataTransfer?.files ?? [])].map(pathForFile).filter(Boolean)
      const [only] = paths
      if (paths.length === 1 && only !== undefined) void askOrImport(only)
      else if (paths.length > 1) importPaths(paths)
    }
    /** A sheet, or a file of a zip, is chosen first where there are several. */
    const askOrImport = async (path: string) => {
      const file = await invoke('import.describe', { path }).catch(() => null)
      const isChoice = file !== null && (file.sheets.length > 1 || file.entries.length > 1)
      if (isChoice) setAsked({ path, file })
      else importPaths([path])
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
  }, [importPaths])

  return (
    <>
      {children}
      {asked && (
        <ChoosePartDialog
          name={asked.path.split(/[\\/]/).at(-1) ?? ''}
          file={asked.file}
          onClose={() => setAsked(null)}
          onChoose={(choice) => {
            setAsked(null)
            importPaths([asked.path], choice)
          }}
        />
      )}
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
