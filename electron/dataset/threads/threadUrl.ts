/** Where a thread's code is: from source the .ts file beside its owner (Node strips the types), in the bundle a .js file, since all entries lie flat. */
export function threadUrl(owner: string, name: string): URL {
  return new URL(owner.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, owner)
}
