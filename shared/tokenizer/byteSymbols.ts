/** GPT-2's one-to-one writing of bytes as visible characters, so that tokens of any bytes can stand in JSON. */

const symbols: string[] = []
const bytes = new Map<string, number>()
const encoder = new TextEncoder()

function isVisible(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)
}

let nextHidden = 256
for (let byte = 0; byte < 256; byte += 1) {
  const symbol = String.fromCodePoint(isVisible(byte) ? byte : nextHidden++)
  symbols.push(symbol)
  bytes.set(symbol, byte)
}

export function symbolOfByte(byte: number): string {
  return symbols[byte & 255] ?? ''
}

/** Characters outside the table (added tokens) stand for their own UTF-8 bytes. */
export function bytesOfSymbols(token: string): Uint8Array {
  const result: number[] = []
  for (const symbol of token) {
    const byte = bytes.get(symbol)
    if (byte === undefined) result.push(...encoder.encode(symbol))
    else result.push(byte)
  }
  return Uint8Array.from(result)
}
