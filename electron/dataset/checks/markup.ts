/** Leftovers of web pages: tags and character references. */
import { flag } from '../kernel/kernel.ts'
import { spansOf, type CellCheck } from './cellCheck.ts'

/** Tags that pages are made of; `<name>` or `a < b` in a text stays. */
const tags =
  'a|abbr|article|aside|b|blockquote|body|br|button|caption|center|code|dd|del|div|dl|dt|em|figure|font|footer|form|' +
  'h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|nav|ol|option|p|pre|q|s|samp|' +
  'script|section|select|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|' +
  'tr|tt|u|ul|video'
const expression = new RegExp(
  `<(?:script|style)\\b[^<>]{0,500}>[^<]{0,5000}</(?:script|style)\\s*>` +
    `|<!--[^>]{0,1000}-->|</?(?:${tags})(?:\\s[^<>]{0,1000})?/?>` +
    `|&(?:nbsp|amp|lt|gt|quot|apos|copy|reg|trade|hellip|mdash|ndash|lsquo|rsquo|ldquo|rdquo|bull|middot|euro|#\\d{1,7}|#x[0-9a-f]{1,6});`,
  'gi',
)
const named: Readonly<Record<string, string>> = {
  nbsp: ' ',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  euro: '€',
}

export const markup: CellCheck = {
  code: 'markup',
  trigger: flag.mark,
  find: (text) => (/[<&]/.test(text) ? spansOf(text, expression, ([tag]) => plain(tag)) : []),
}

/** What a reader of the page saw: line ends of blocks, nothing of the others, the character of a reference. */
function plain(tag: string): string {
  if (!tag.startsWith('&')) {
    return /^<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6])\b/i.test(tag) ? '\n' : ''
  }
  const name = tag.slice(1, -1).toLowerCase()
  if (!name.startsWith('#')) return named[name] ?? ''
  const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10)
  const isText = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  const isControl = (code >= 0x7f && code < 0xa0) || !isText
  return isControl ? ' ' : String.fromCodePoint(code)
}
