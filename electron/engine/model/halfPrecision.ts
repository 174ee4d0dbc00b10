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

export function float16Value(half: number): number {
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
