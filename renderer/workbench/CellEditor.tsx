import { useEffect, useRef } from 'react'

interface CellEditorProps {
  readonly label: string
  readonly text: string
  /** What stands there so far, at every change. */
  readonly onType: (text: string) => void
  /** Where the cursor goes next, or null to stay. */
  readonly onCommit: (text: string, next: 'down' | 'right' | 'left' | null) => void
  readonly onCancel: () => void
}

/** Enter writes and goes down, Tab to the side; Shift or Alt with Enter makes a new line; Escape leaves it as it was. */
export function CellEditor({ label, text, onType, onCommit, onCancel }: CellEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  /** Leaving the field after Enter or Escape must not write again. */
  const isDone = useRef(false)
  useEffect(() => {
    const element = area.current
    element?.focus()
    element?.setSelectionRange(element.value.length, element.value.length)
  }, [])
  function commit(next: 'down' | 'right' | 'left' | null): void {
    if (isDone.current) return
    isDone.current = true
    onCommit(area.current?.value ?? text, next)
  }
  return (
    <textarea
      ref={area}
      className="grid-editor"
      aria-label={label}
      defaultValue={text}
      rows={Math.min(8, Math.max(1, Math.ceil(text.length / 60), text.split('\n').length))}
      onInput={(event) => onType(event.currentTarget.value)}
      onBlur={() => commit(null)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
          event.preventDefault()
          commit('down')
        } else if (event.key === 'Enter' && event.altKey) {
          event.preventDefault()
          const { selectionStart, selectionEnd } = event.currentTarget
          event.currentTarget.setRangeText('\n', selectionStart, selectionEnd, 'end')
          onType(event.currentTarget.value)
        } else if (event.key === 'Tab') {
          event.preventDefault()
          commit(event.shiftKey ? 'left' : 'right')
        } else if (event.key === 'Escape') {
          event.preventDefault()
          isDone.current = true
          onCancel()
        }
      }}
    />
  )
}
