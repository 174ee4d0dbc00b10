/** Spaces that look like one and are none, spaces around a cell, and blank lines inside it. */
import { flag } from '../kernel/kernel.ts'
import { spansOf, type CellCheck } from './cellCheck.ts'

/**
 * No-break, en, em, thin, figure and other spaces become a plain one; zero-width ones, soft hyphens and direction marks
 * go. A zero-width joiner stays: emoji and several scripts need it. An ideographic space is right in Chinese and
 * Japanese between words; two and more are layout.
 *
 * @see Unicode 17, general categories Zs and Cf
 */
const odd =
  /[\u00a0\u1680\u2000-\u200a\u202f\u205f]|\u3000{2,}|[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f]/gu
const lineSeparators = /[\u2028\u2029]/

export const oddSpace: CellCheck = {
  code: 'odd-space',
  trigger: flag.odd,
  find: (text) =>
    spansOf(text, odd, ([space]) => {
      if (space.startsWith('\u3000')) return '\u3000'
      if (lineSeparators.test(space)) return '\n'
      return /\s/u.test(space) ? ' ' : ''
    }),
}

/** Spaces and line ends at the start and the end of a cell; a byte-order mark, which \s has too, is no space. */
export const edgeSpace: CellCheck = {
  code: 'edge-space',
  trigger: flag.edge | flag.odd,
  find: (text) => {
    const hasEdge = /[^\S\ufeff]/.test(text.charAt(0) + text.charAt(text.length - 1))
    if (!hasEdge || text.trim() === '') return []
    return spansOf(text, /^[^\S\ufeff]+|(?<![^\S\ufeff])[^\S\ufeff]+$/g, () => '')
  },
}

/** More than one blank line in a row. */
export const extraNewline: CellCheck = {
  code: 'extra-newline',
  trigger: flag.threeLineFeeds | flag.carriageReturn,
  find: (text) =>
    text.trim() === '' ? [] : spansOf(text, /(?:\r\n|\r|\n){3,}(?=\S)/g, () => '\n\n'),
}
