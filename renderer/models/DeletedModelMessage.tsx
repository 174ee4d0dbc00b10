import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { binDays } from '../../shared/diskLedger.ts'
import type { Model } from '../../shared/model.ts'
import { showMessage } from '../components/showMessage.ts'
import { useDiskChange } from '../disk/diskQueries.ts'

type DeletedModel = Pick<Model, 'id' | 'name'>

/** In the corner, long enough to be reached by keyboard; later the bin has it. */
export function showDeletedModel({ id, name }: DeletedModel): void {
  showMessage({
    id: messageOf(id),
    message: <DeletedModelMessage id={id} name={name} />,
    autoClose: 20_000,
  })
}

function messageOf(modelId: string): string {
  return `deleted ${modelId}`
}

function DeletedModelMessage({ id, name }: DeletedModel) {
  const { t } = useTranslation()
  const undo = useRef<HTMLButtonElement>(null)
  const restore = useDiskChange((_, { items }) => {
    notifications.hide(messageOf(id))
    // Its name may have been given to another meanwhile.
    const model = items.find((item) => item.kind === 'model' && item.id === id)
    showMessage({ message: t('model.restored', { name: model?.name ?? name }) })
  })
  // What had the focus is gone with the model.
  useEffect(() => undo.current?.focus(), [])
  return (
    // The corner's box would cut off the ring of the focus.
    <Group justify="space-between" wrap="nowrap" p={4}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t('model.deleted', { name, count: binDays })}
      </Text>
      <Button
        ref={undo}
        size="compact-sm"
        variant="light"
        loading={restore.isPending}
        onClick={() => restore.mutate({ type: 'restore', item: { kind: 'model', id } })}
        aria-label={t('model.undoLabel', { name })}
        style={{ pointerEvents: 'auto', flexShrink: 0 }}
      >
        {t('model.undo')}
      </Button>
    </Group>
  )
}
