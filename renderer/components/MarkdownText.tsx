import { Anchor, Code, Text, Title } from '@mantine/core'
import { compiler } from 'markdown-to-jsx/react'
import type { ReactNode } from 'react'

interface WithChildren {
  readonly children?: ReactNode
}

/** Text in Markdown, as a person reads it. HTML in it is shown as text; links are shown, and not followed. */
export function MarkdownText({ text }: { text: string }) {
  return <div className="markdown">{compiler(text, options)}</div>
}

const options = {
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: {
    h1: ({ children }: WithChildren) => <Title order={2}>{children}</Title>,
    h2: ({ children }: WithChildren) => <Title order={3}>{children}</Title>,
    h3: ({ children }: WithChildren) => <Title order={4}>{children}</Title>,
    p: ({ children }: WithChildren) => <Text size="sm">{children}</Text>,
    code: ({ children }: WithChildren) => <Code>{children}</Code>,
    a: ({ children }: WithChildren) => (
      <Anchor component="span" inherit>
        {children}
      </Anchor>
    ),
  },
}
