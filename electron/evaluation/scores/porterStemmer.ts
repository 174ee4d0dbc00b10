/**
 * The Porter stemmer (M. F. Porter, "An algorithm for suffix stripping", 1980) with the extensions that nltk uses by
 * default, because rouge-score and nltk's METEOR stem with it.
 */

const irregular = new Map(
  Object.entries({
    skies: 'sky',
    sky: 'sky',
    dying: 'die',
    lying: 'lie',
    tying: 'tie',
    news: 'news',
    innings: 'inning',
    inning: 'inning',
    outings: 'outing',
    outing: 'outing',
    cannings: 'canning',
    canning: 'canning',
    howe: 'howe',
    proceed: 'proceed',
    exceed: 'exceed',
    succeed: 'succeed',
  }),
)

type Condition = (stem: string) => boolean
type Rule = readonly [suffix: string, replacement: string]

/** Per letter: is it a consonant? A y is one at the start and after a vowel. */
function consonants(word: string): boolean[] {
  const flags: boolean[] = []
  for (const letter of word) {
    const previous = flags.at(-1)
    flags.push(letter === 'y' ? previous !== true : !'aeiou'.includes(letter))
  }
  return flags
}

/** How often a vowel is followed by a consonant. */
function measure(stem: string): number {
  const flags = consonants(stem)
  return flags.filter((isConsonant, index) => isConsonant && flags[index - 1] === false).length
}

const hasMeasure: Condition = (stem) => measure(stem) > 0
const hasLongMeasure: Condition = (stem) => measure(stem) > 1
const hasVowel: Condition = (stem) => consonants(stem).includes(false)

function endsInDoubleConsonant(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && consonants(word).at(-1) === true
}

function endsShort(word: string): boolean {
  const flags = consonants(word)
  if (word.length === 2) return flags[0] === false && flags[1] === true
  const isShort = flags.at(-3) === true && flags.at(-2) === false && flags.at(-1) === true
  return word.length > 2 && isShort && !'wxy'.includes(word.at(-1) ?? '')
}

/** The first rule whose suffix fits decides, whether or not its condition holds. */
function applyFirst(word: string, rules: readonly Rule[], condition: Condition): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix))
  if (!rule) return word
  const stem = word.slice(0, word.length - rule[0].length)
  return condition(stem) ? stem + rule[1] : word
}

function removePlural(word: string): string {
  if (word.endsWith('ies') && word.length === 4) return word.slice(0, -1)
  const rules: Rule[] = [
    ['sses', 'ss'],
    ['ies', 'i'],
    ['ss', 'ss'],
    ['s', ''],
  ]
  return applyFirst(word, rules, () => true)
}

function removePastAndGerund(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2)
  if (word.endsWith('eed')) return hasMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word
  const suffix = ['ed', 'ing'].find(
    (ending) => word.endsWith(ending) && hasVowel(word.slice(0, -ending.length)),
  )
  if (suffix === undefined) return word
  const stem = word.slice(0, -suffix.length)
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1)
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem
}

function turnY(word: string): string {
  const stem = word.slice(0, -1)
  const turns = word.endsWith('y') && stem.length > 1 && consonants(stem).at(-1) === true
  return turns ? `${stem}i` : word
}

const doubleSuffixes: Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['fulli', 'ful'],
]

function shortenDoubleSuffix(word: string): string {
  if (word.endsWith('alli') && hasMeasure(word.slice(0, -4)))
    return shortenDoubleSuffix(word.slice(0, -2))
  // This one counts the o as part of the stem.
  const isLogi = word.endsWith('logi') && !doubleSuffixes.some(([suffix]) => word.endsWith(suffix))
  if (isLogi) return hasMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word
  return applyFirst(word, doubleSuffixes, hasMeasure)
}

const adjectiveSuffixes: Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]

const lastSuffixes: Rule[] = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ion',
  'ou',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
].map((suffix): Rule => [suffix, ''])

function removeLastSuffix(word: string): string {
  const isIon = word.endsWith('ion')
  return applyFirst(
    word,
    lastSuffixes,
    (stem) => hasLongMeasure(stem) && (!isIon || /[st]$/.test(stem)),
  )
}

function tidy(word: string): string {
  const stem = word.slice(0, -1)
  if (word.endsWith('e') && (measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem))))
    return tidyDoubleL(stem)
  return tidyDoubleL(word)
}

function tidyDoubleL(word: string): string {
  return word.endsWith('ll') && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word
}

export function stem(word: string): string {
  const lower = word.toLowerCase()
  const known = irregular.get(lower)
  if (known !== undefined) return known
  if (lower.length <= 2) return lower
  const withoutEnding = turnY(removePastAndGerund(removePlural(lower)))
  const simple = applyFirst(shortenDoubleSuffix(withoutEnding), adjectiveSuffixes, hasMeasure)
  return tidy(removeLastSuffix(simple))
}
