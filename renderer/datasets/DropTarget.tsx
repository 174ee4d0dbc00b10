import { Text } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportChoice } from '../../shared/dataset.ts'
import { invoke, pathForFile } from '../api.ts'
import { ChoosePartDialog } from './ChoosePartDialog.tsx'
import { nextToAsk, withChoice, type DroppedFile } from './droppedFiles.ts'
import { useImportDataset } from './useImportDataset.ts'

/** Files can be dropped anywhere on the window. */
export function DropTarget({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  const { importFiles } = useImportDataset()
  /** Held back until a sheet, or a file of a zip, is chosen for each that has several. */
  const [held, setHeld] = useState<readonly DroppedFile[]>([])

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
      if (paths.length > 0) void askOrImport(paths)
    }
    const askOrImport = async (paths: readonly string[]) => {
      const files = await Promise.all(
        paths.map(async (path) => ({
          id: crypto.randomUUID(),
          path,
          parts: await invoke('import.describe', { path }).catch(() => null),
        })),
      )
      if (nextToAsk(files)) setHeld((before) => [...before, ...files])
      else importFiles(files)
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
  }, [importFiles])

  const asked = nextToAsk(held)
  /** Closing a choice leaves its file out; the others are imported in the order dropped after the last choice. */
  function answer(id: string, choice: ImportChoice | null): void {
    const files = withChoice(held, id, choice)
    const isSettled = !nextToAsk(files)
    setHeld(isSettled ? [] : files)
    if (isSettled && files.length > 0) importFiles(files)
  }

  return (
    <>
      {children}
      {asked && (
        <ChoosePartDialog
          key={asked.id}
          name={asked.path.split(/[\\/]/).at(-1) ?? ''}
          file={asked.parts}
          onClose={() => answer(asked.id, null)}
          onChoose={(choice) => answer(asked.id, choice)}
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
