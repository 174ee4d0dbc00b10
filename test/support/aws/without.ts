/** A copy without some members: what a request says and its description does not. */
export function without<T extends object>(
  value: T,
  ...names: readonly string[]
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}
