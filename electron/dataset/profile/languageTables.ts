/** What languages are told by, as textKernel.wat reads it. */

/** The commonest words of each language that the others lack, or that weigh as often in them. */
const commonWords: Readonly<Record<string, string>> = {
  en: 'the and is are you your i we it of to for with how what can do not this that my was have be on in when where if will',
  de: 'der die das und ist sie ich nicht ein eine wir mit für auf den dem zu von wie kann ihre es im werden haben bitte',
  fr: 'le la les et est vous je ne pas un une nous des du dans pour avec sur comment votre que qui ce il au mon',
  es: 'el la los las y es usted yo no un una de del en para con por como su que mi se lo más puede está',
  pt: 'o a os as e é você eu não um uma do da em para com por como seu sua que meu se mais pode está',
  it: 'il lo la gli e è lei io non un una di del in per con come suo che mio si più può sono della',
  nl: 'de het een en is u ik niet wij met voor op van te hoe kan uw zijn dat mijn wordt naar bij ook',
  pl: 'i w nie się na to jest do z że jak czy co od po dla proszę można może moje jestem',
  sv: 'och är att det en ett inte jag du vi med för på av hur kan som min till har från',
  tr: 've bir bu için ile ne mi nasıl çok ben siz olarak değil var daha ama',
  id: 'yang dan di ini itu saya anda tidak untuk dengan bagaimana bisa dari pada akan apa',
  vi: 'và là của có không tôi bạn cho với được làm như thế nào trong này',
}
const latinLanguages = Object.keys(commonWords)

/** BCP 47 codes by the numbers that the kernel gives; `und` where there is too little to tell. */
export const languageCodes: readonly string[] = [
  'und',
  ...latinLanguages,
  ...['zh', 'ja', 'ko', 'ru', 'el', 'ar', 'he', 'hi', 'th'],
]
/** The first number of a language that has a script of its own. */
export const firstOwnScript = latinLanguages.length + 1

/** The scripts of bytes: `counts` in textKernel.wat. */
const scriptRanges: readonly (readonly [from: number, to: number, script: number])[] = [
  [0x41, 0x5a, 1], // Latin
  [0x61, 0x7a, 1],
  [0xc3, 0xc8, 1],
  [0xe4, 0xe9, 2], // Chinese
  [0xea, 0xed, 4], // Hangul
  [0xd0, 0xd3, 5], // Cyrillic
  [0xcd, 0xcf, 6], // Greek
  [0xd8, 0xdb, 7], // Arabic
  [0xd6, 0xd7, 8], // Hebrew
  // The second byte decides.
  [0xe3, 0xe3, 11],
  [0xe0, 0xe0, 12],
]

export function scriptsOfBytes(): Uint8Array {
  const scripts = new Uint8Array(256)
  for (const [from, to, script] of scriptRanges) scripts.fill(script, from, to + 1)
  return scripts
}

const longestWord = 6
const slotCount = 1024

/** A hash table of 16 bytes per slot: the word's bytes as one number, and a bit for each language that has it. */
export function wordTable(): Uint8Array {
  const languagesOfWord = new Map<bigint, number>()
  latinLanguages.forEach((language, index) => {
    for (const word of (commonWords[language] ?? '').split(' ')) {
      const bytes = Buffer.from(word)
      if (bytes.length > longestWord) continue
      const key = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
      languagesOfWord.set(key, (languagesOfWord.get(key) ?? 0) | (1 << index))
    }
  })
  const table = new DataView(new ArrayBuffer(slotCount * 16))
  for (const [key, languages] of languagesOfWord) {
    let slot = Number(BigInt.asUintN(64, key * 0x9e3779b97f4a7c15n) >> 54n)
    while (table.getBigUint64(slot * 16, true) !== 0n) slot = (slot + 1) % slotCount
    table.setBigUint64(slot * 16, key, true)
    table.setUint32(slot * 16 + 8, languages, true)
  }
  return new Uint8Array(table.buffer)
}
