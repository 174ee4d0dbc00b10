/** Circles whose areas are counts, pushed apart until none covers another. */
import type { Topic } from '../../shared/workbench/profile.ts'

export interface Circle {
  x: number
  y: number
  readonly radius: number
}

const rounds = 120
const gap = 3

export function placeCircles(
  topics: readonly Pick<Topic, 'count' | 'x' | 'y'>[],
  width: number,
  height: number,
): Circle[] {
  const total = topics.reduce((sum, { count }) => sum + count, 0)
  // Together they take a good third of the area.
  const scale = Math.sqrt((width * height * 0.36) / Math.PI / Math.max(total, 1))
  const circles = topics.map(({ count, x, y }): Circle => {
    const radius = Math.min(Math.max(11, Math.sqrt(count) * scale), height * 0.34)
    return { x: radius + x * (width - 2 * radius), y: radius + y * (height - 2 * radius), radius }
  })
  for (let round = 0; round < rounds; round += 1) {
    circles.forEach((one, index) => {
      for (const other of circles.slice(index + 1)) pushApart(one, other)
    })
    for (const circle of circles) {
      circle.x = Math.min(Math.max(circle.x, circle.radius), width - circle.radius)
      circle.y = Math.min(Math.max(circle.y, circle.radius), height - circle.radius)
    }
  }
  return circles
}

function pushApart(one: Circle, other: Circle): void {
  const [dx, dy] = [other.x - one.x, other.y - one.y]
  const distance = Math.hypot(dx, dy)
  const missing = one.radius + other.radius + gap - distance
  if (missing <= 0) return
  // Two at the same place go apart sideways.
  const [ux, uy] = distance > 0.01 ? [dx / distance, dy / distance] : [1, 0.3]
  one.x -= (ux * missing) / 2
  one.y -= (uy * missing) / 2
  other.x += (ux * missing) / 2
  other.y += (uy * missing) / 2
}
