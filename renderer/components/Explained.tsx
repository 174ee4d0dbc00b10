import { Tooltip, UnstyledButton } from '@mantine/core'

const underline = {
  textDecoration: 'underline dotted',
  textUnderlineOffset: 4,
  cursor: 'help',
  font: 'inherit',
}

/** A word with its meaning, on hover and on focus. */
export function Explained({ word, meaning }: { word: string; meaning: string }) {
  return (
    <Tooltip label={meaning} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton component="span" tabIndex={0} style={underline}>
        {word}
      </UnstyledButton>
    </Tooltip>
  )
}
