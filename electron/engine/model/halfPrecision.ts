/** IEEE 754 binary16 and bfloat16 against float32, by bit patterns. */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Nearest binary16, ties to even; overflow gives infinity. */
export function float16Bits(value: number): number {
  float[0] = value
  const pattern = bits[0] as number
  const sign = (pattern >>> 16) & 0x8000
  const magnitude = pattern & 0x7fffffff
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    // Below the smallest normal half (2^-14): a multiple of 2^-24. Adding 0.5 lets the float unit do the rounding.
    bits[0] = magnitude
    float[0] = (float[0] as number) + 0.5
    return sign | ((bits[0] as number) - 0x3f000000)
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000
  return sign | (rounded >>> 13)
}

/** float32 of each binary16 pattern: a look-up is several times as fast as the arithmetic. */
const valueOfHalf = Float32Array.from({ length: 0x10000 }, (_, half) => decodeFloat16(half))

export function float16Value(half: number): number {
  return valueOfHalf[half] as number // a pattern has 16 bits
}

/** Nearest binary16 of each value. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length)
  for (let index = 0; index < values.length; index += 1)
    halves[index] = float16Bits(values[index] as number)
  return halves
}

/** float32 of little-endian 16-bit patterns, as many as `target` takes. */
export function decodeHalves(type: 'F16' | 'BF16', bytes: Uint8Array, target: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'F16') {
    for (let index = 0; index < target.length; index += 1)
      target[index] = valueOfHalf[view.getUint16(2 * index, true)] as number
    return
  }
  // A bfloat16 is the upper half of a float32.
  const patterns = new Uint32Array(target.buffer, target.byteOffset, target.length)
  for (let index = 0; index < target.length; index += 1)
    patterns[index] = view.getUint16(2 * index, true) << 16
}

function decodeFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

export function bfloat16Value(half: number): number {
  bits[0] = (half << 16) >>> 0
  return float[0] as number
}
