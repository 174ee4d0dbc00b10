import type { BinMark } from '../../electron/evaluation/binMark.ts'

/** A thing that was never deleted, until a test says so. */
export function aBinMark(): BinMark & { isIn: boolean } {
  return {
    isIn: false,
    isInBin() {
      return this.isIn
    },
    leave() {
      this.isIn = false
    },
  }
}
