/** Text in an encoding that Node decodes but does not encode: the decoder's table, turned round. */
export function encodeAs(label: string, text: string): Buffer {
  const table = tables.get(label) ?? buildTable(label)
  tables.set(label, table)
  const bytes = [...text].flatMap((character) => {
    const code = character.codePointAt(0)!
    const encoded = code < 0x80 ? [code] : table.get(character)
    if (!encoded) throw new RangeError(`${label} has no ${character}`)
    return encoded
  })
  return Buffer.from(bytes)
}

const tables = new Map<string, Map<string, number[]>>()

function buildTable(label: string): Map<string, number[]> {
  const decoder = new TextDecoder(label, { fatal: true })
  const table = new Map<string, number[]>()
  const add = (bytes: number[]) => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes))
      if ([...text].length === 1 && !table.has(text)) table.set(text, bytes)
    } catch {
      // no character of this encoding
    }
  }
  for (let first = 0x80; first < 0x100; first += 1) add([first])
  for (let first = 0x81; first < 0x100; first += 1) {
    for (let second = 0x40; second < 0x100; second += 1) add([first, second])
  }
  return table
}
