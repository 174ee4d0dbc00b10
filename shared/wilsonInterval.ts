/** How certain a share is. */

/** E. B. Wilson's score interval of a share (1927), at 95 %. */
export function wilsonInterval(successes: number, count: number): [low: number, high: number] {
  if (count === 0) return [0, 1]
  const z = 1.959_963_984_540_054
  const share = successes / count
  const middle = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count)
  const half =
    (z / (1 + z ** 2 / count)) *
    Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}
