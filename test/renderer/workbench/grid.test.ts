import { expect, test } from 'vitest'
import {
  columnLeft,
  columnWidth,
  drawnColumns,
  firstColumnAt,
  leftShowing,
  numberWidth,
} from '../../../renderer/workbench/gridColumns.ts'
import { actionOf } from '../../../renderer/workbench/gridKeys.ts'
import {
  contentHeight,
  drawnRows,
  isScaled,
  lastTop,
  rowHeight,
  scrollTopOf,
  topOf,
  topShowing,
} from '../../../renderer/workbench/gridScroll.ts'
import { placeCircles } from '../../../renderer/workbench/placeCircles.ts'
import { clamped } from '../../../renderer/workbench/selection.ts'

const extent = { rowCount: 100, columnCount: 3, pageRows: 20 }
const at = { place: 50, column: 1 }
const press = (key: string, more: { ctrl?: boolean; shift?: boolean; alt?: boolean } = {}) =>
  actionOf({ key, ctrl: false, shift: false, alt: false, ...more }, at, extent)

test.each([
  ['ArrowUp', false, 49, 1],
  ['ArrowDown', false, 51, 1],
  ['ArrowLeft', false, 50, 0],
  ['ArrowRight', false, 50, 2],
  ['Home', false, 50, 0],
  ['End', false, 50, 2],
  ['PageUp', false, 30, 1],
  ['PageDown', false, 70, 1],
  ['Home', true, 0, 0],
  ['End', true, 99, 2],
  ['ArrowDown', true, 99, 1],
])('%s (with Ctrl: %s) goes to row %i, column %i', (key, ctrl, place, column) => {
  expect(press(key, { ctrl })).toEqual({ kind: 'move', cell: { place, column }, extends: false })
})

test('the ends of the table are never left', () => {
  const move = (key: string, cell: typeof at) =>
    actionOf({ key, ctrl: false, shift: false, alt: false }, cell, extent)
  expect(move('PageDown', { place: 95, column: 0 })).toMatchObject({ cell: { place: 99 } })
  expect(move('ArrowUp', { place: 0, column: 0 })).toMatchObject({ cell: { place: 0 } })
  expect(move('ArrowRight', { place: 0, column: 2 })).toMatchObject({ cell: { column: 2 } })
})

test.each([
  ['z', { ctrl: true }, 'undo'],
  ['Z', { ctrl: true, shift: true }, 'redo'],
  ['y', { ctrl: true }, 'redo'],
  ['f', { ctrl: true }, 'find'],
  ['h', { ctrl: true }, 'replace'],
  ['Delete', {}, 'delete'],
  ['F3', {}, 'findNext'],
  ['F3', { shift: true }, 'findPrevious'],
  ['Escape', {}, 'leave'],
])('%s %j means %s', (key, more, kind) => {
  expect(press(key, more)).toEqual({ kind })
})

test('typing replaces a cell, Enter and F2 change it, Shift extends, other keys are left alone', () => {
  expect(press('ä')).toEqual({ kind: 'edit', text: 'ä' })
  expect(press('F2')).toEqual({ kind: 'edit', text: null })
  expect(press('Enter')).toEqual({ kind: 'edit', text: null })
  expect(press('ArrowDown', { shift: true })).toMatchObject({ extends: true })
  expect(press('Tab')).toBeNull()
  expect(press('F5')).toBeNull()
  expect(press('x', { alt: true })).toBeNull()
})

const sizes = [1, 10, 1000, 235_000, 10_000_000].map((rowCount) => ({ rowCount, height: 500 }))
test.each(sizes)('every row of $rowCount can be scrolled to', (size) => {
  expect(contentHeight(size)).toBeLessThanOrEqual(8_000_000)
  const bottom = contentHeight(size) - size.height
  expect(topOf(0, size)).toBe(0)
  expect(topOf(bottom, size)).toBeCloseTo(lastTop(size))
  for (const share of [0, 0.3, 0.77, 1]) {
    const top = share * lastTop(size)
    expect(Math.abs(topOf(scrollTopOf(top, size), size) - top)).toBeLessThan(
      1e-6 * size.rowCount + 1e-6,
    )
    const { from, to } = drawnRows(top, size)
    expect(to - from).toBeLessThanOrEqual(Math.ceil(size.height / rowHeight) + 1)
  }
  expect(drawnRows(lastTop(size), size).to).toBe(size.rowCount)
})

test('ten million rows are scaled, a thousand are not', () => {
  expect(sizes.map(isScaled)).toEqual([false, false, false, false, true])
})

test('a row is shown with as little movement as possible', () => {
  const size = { rowCount: 1000, height: rowHeight * 10 }
  expect(topShowing(5, 3, size)).toBe(3)
  expect(topShowing(2, 3, size)).toBe(2)
  expect(topShowing(13, 3, size)).toBe(4)
  expect(topShowing(999, 3, size)).toBe(990)
})

test('few columns are all drawn; of many, those in view and the active one, in their order', () => {
  expect(drawnColumns(40, 0, 800, 0)).toHaveLength(40)
  const width = numberWidth + 4 * columnWidth
  expect(drawnColumns(5000, 0, width, 0)).toEqual([0, 1, 2, 3, 4])
  expect(drawnColumns(5000, 100, width, 2)).toEqual([2, 100, 101, 102, 103, 104])
  expect(drawnColumns(5000, 100, width, 4999)).toEqual([100, 101, 102, 103, 104, 4999])
  expect(drawnColumns(5000, 4998, width, 4999)).toEqual([4995, 4996, 4997, 4998, 4999])
  expect(drawnColumns(41, 0, 0, 0)).toEqual([0])
})

test('every column of a wide table can be scrolled to, and is drawn whole there', () => {
  const width = 900
  for (const [column, from] of [
    [0, 50_000],
    [57, 0],
    [57, 80_000],
    [999, 0],
  ] as const) {
    const cell = { left: columnLeft(column), width: columnWidth }
    const left = leftShowing(cell, from, width)
    expect(cell.left - left).toBeGreaterThanOrEqual(numberWidth)
    expect(cell.left + cell.width - left).toBeLessThanOrEqual(width)
    expect(leftShowing(cell, left, width)).toBe(left)
    expect(drawnColumns(1000, firstColumnAt(left), width, -1)).toContain(column)
  }
})

test('a cell wider than the table shows its beginning', () => {
  expect(leftShowing({ left: 500, width: 400 }, 0, 300)).toBe(500 - numberWidth)
})

test('a selection stays within what is left', () => {
  expect(clamped({ active: { place: 9, column: 1 }, anchor: 3 }, 5)).toEqual({
    active: { place: 4, column: 1 },
    anchor: 3,
  })
  expect(clamped({ active: { place: 9, column: 1 }, anchor: 3 }, 0).active.place).toBe(0)
})

test('circles of topics don’t cover each other and stay on the map', () => {
  const topics = [40, 30, 20, 10, 5].map((count) => ({ count, x: 0.5, y: 0.5 }))
  const circles = placeCircles(topics, 560, 340)
  circles.forEach((one, index) => {
    expect(one.x - one.radius).toBeGreaterThanOrEqual(-0.01)
    expect(one.x + one.radius).toBeLessThanOrEqual(560.01)
    for (const other of circles.slice(index + 1))
      expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(
        (one.radius + other.radius) * 0.9,
      )
  })
})
