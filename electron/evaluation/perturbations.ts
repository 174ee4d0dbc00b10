/** A question in another spelling, as fmeval's semantic robustness asks it again: its rules and its probabilities. */
import type { PerturbationKind } from '../../shared/robustness.ts'
import { seededRandom } from '../../shared/split.ts'

/** Uniform in [0, 1). */
type Random = () => number

const typoProbability = 0.1
const upperCaseShare = 0.1
const whitespaceAdded = 0.05
const whitespaceRemoved = 0.1

/** What a finger may hit instead, the key itself included: the table of NL-Augmenter that fmeval uses. */
const nearbyKeys: Readonly<Record<string, string>> = {
  q: 'qwasedzx',
  w: 'wqesadrfcx',
  e: 'ewrsfdqazxcvgt',
  r: 'retdgfwsxcvgt',
  t: 'tryfhgedcvbnju',
  y: 'ytugjhrfvbnji',
  u: 'uyihkjtgbnmlo',
  i: 'iuojlkyhnmlp',
  o: 'oipklujm',
  p: "plo['ik",
  a: 'aqszwxwdce',
  s: 'swxadrfv',
  d: 'decsfaqgbv',
  f: 'fdgrvwsxyhn',
  g: 'gtbfhedcyjn',
  h: 'hyngjfrvkim',
  j: 'jhknugtblom',
  k: 'kjlinyhn',
  l: 'lokmpujn',
  z: 'zaxsvde',
  x: 'xzcsdbvfrewq',
  c: 'cxvdfzswergb',
  v: 'vcfbgxdertyn',
  b: 'bvnghcftyun',
  n: 'nbmhjvgtuik',
  m: 'mnkjloik',
}

const perturbations: Readonly<Record<PerturbationKind, (text: string, random: Random) => string>> =
  { butterFinger, randomUpperCase, whitespace }

/** The same for the same seed. */
export function perturb(text: string, kind: PerturbationKind, seed: number): string {
  return perturbations[kind](text, seededRandom(seed))
}

/** Typing errors: letters become ones that lie near them. */
export function butterFinger(text: string, random: Random): string {
  return [...text]
    .map((letter) => {
      const lower = letter.toLowerCase()
      const nearby = nearbyKeys[lower]
      if (nearby === undefined || random() > typoProbability) return letter
      const hit = nearby[Math.floor(random() * nearby.length)] ?? lower
      return lower === letter ? hit : hit.toUpperCase()
    })
    .join('')
}

/** A tenth of the characters in upper case. */
export function randomUpperCase(text: string, random: Random): string {
  const letters = [...text]
  const left = letters.map((_, index) => index)
  const count = Math.floor(letters.length * upperCaseShare)
  for (let drawn = 0; drawn < count; drawn += 1) {
    const [index = 0] = left.splice(Math.floor(random() * left.length), 1)
    letters[index] = (letters[index] ?? '').toUpperCase()
  }
  return letters.join('')
}

/** Spaces within words, and words without a space between. */
export function whitespace(text: string, random: Random): string {
  return [...text]
    .map((letter) => {
      const drawn = random()
      if (/\s/u.test(letter)) return drawn < whitespaceRemoved ? '' : letter
      return drawn < whitespaceAdded ? `${letter} ` : letter
    })
    .join('')
}
