import { Badge } from '@mantine/core'
import type { CSSProperties, ReactNode } from 'react'

export type Tone = 'neutral' | 'good' | 'busy' | 'attention' | 'bad'

const palettes: Record<Tone, string> = {
  neutral: 'gray',
  good: 'accent',
  busy: 'blue',
  attention: 'orange',
  bad: 'red',
}

/** A word with a tone; readable on its own tint in both colour schemes (7 : 1 and more). */
export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  const palette = palettes[tone]
  const colours: CSSProperties & Record<`--${string}`, string> = {
    '--badge-bg': `light-dark(var(--mantine-color-${palette}-0), color-mix(in srgb, var(--mantine-color-${palette}-9) 45%, #15191e))`,
    '--badge-color': `light-dark(color-mix(in srgb, var(--mantine-color-${palette}-9) 80%, black), var(--mantine-color-${palette}-1))`,
  }
  return (
    // Beside a long name it is the name that wraps: a status cut short says nothing.
    <Badge variant="light" tt="none" fw={600} miw="max-content" style={colours}>
      {children}
    </Badge>
  )
}
