import { Button, Group, Modal, Text } from '@mantine/core'

interface ConfirmRemovalProps {
  readonly title: string
  readonly text: string
  readonly keep: string
  readonly remove: string
  readonly close: string
  readonly isPending: boolean
  readonly onClose: () => void
  readonly onRemove: () => void
}

/** Asks once before something goes that no bin keeps. */
export function ConfirmRemoval(props: ConfirmRemovalProps) {
  const { title, text, keep, remove, close, isPending, onClose, onRemove } = props
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': close }}
    >
      <Text mb="lg" style={{ overflowWrap: 'anywhere' }}>
        {text}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {keep}
        </Button>
        <Button color="red.8" loading={isPending} onClick={onRemove}>
          {remove}
        </Button>
      </Group>
    </Modal>
  )
}
