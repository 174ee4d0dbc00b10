/** Which language a text is in, by its script and, for Latin letters, by its commonest words. A guess from few bytes. */

/** Enough to tell, and little enough for millions of rows. */
const lookedAtBytes = 240

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

/** Up to six bytes of a word as one number, which a map finds faster than a string. */
const longestWord = 6
const languagesOfWord = new Map<number, number[]>()
latinLanguages.forEach((language, index) => {
  for (const word of (commonWords[language] ?? '').split(' ')) {
    const bytes = Buffer.from(word)
    if (bytes.length > longestWord) continue
    const key = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
    languagesOfWord.set(key, [...(languagesOfWord.get(key) ?? []), index])
  }
})

/** A BCP 47 code; `und` where there is too little to tell. */
export function detectLanguage(bytes: Uint8Array, start: number, end: number): string {
  const stop = Math.min(end, start + lookedAtBytes)
  const scripts = countScripts(bytes, start, stop)
  const [script, most] = Object.entries(scripts).reduce((a, b) => (b[1] > a[1] ? b : a))
  if (most === 0) return 'und'
  // A Latin word has several letters where a Chinese one has one or two.
  const wide = scripts.han + scripts.kana
  if (wide > 0 && wide * 4 >= scripts.latin) return scripts.kana * 8 > wide ? 'ja' : 'zh'
  return script === 'latin'
    ? latinLanguage(bytes, start, stop)
    : (languageOfScript[script] ?? 'und')
}

const languageOfScript: Readonly<Record<string, string>> = {
  hangul: 'ko',
  cyrillic: 'ru',
  greek: 'el',
  arabic: 'ar',
  hebrew: 'he',
  devanagari: 'hi',
  thai: 'th',
}

function countScripts(bytes: Uint8Array, start: number, stop: number) {
  const counts = {
    latin: 0,
    han: 0,
    kana: 0,
    hangul: 0,
    cyrillic: 0,
    greek: 0,
    arabic: 0,
    hebrew: 0,
    devanagari: 0,
    thai: 0,
  }
  for (let at = start; at < stop; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < 0x80) {
      const letter = byte | 0x20
      if (letter >= 0x61 && letter <= 0x7a) counts.latin += 1
    } else if (byte >= 0xe4 && byte <= 0xe9) counts.han += 1
    else if (byte === 0xe3) {
      const second = bytes[at + 1] ?? 0
      if (second >= 0x81 && second <= 0x83) counts.kana += 1
      else if (second >= 0x90) counts.han += 1
    } else if (byte >= 0xea && byte <= 0xed) counts.hangul += 1
    else if (byte >= 0xc3 && byte <= 0xc8) counts.latin += 1
    else if (byte >= 0xd0 && byte <= 0xd3) counts.cyrillic += 1
    else if (byte >= 0xcd && byte <= 0xcf) counts.greek += 1
    else if (byte >= 0xd8 && byte <= 0xdb) counts.arabic += 1
    else if (byte === 0xd6 || byte === 0xd7) counts.hebrew += 1
    else if (byte === 0xe0) {
      const second = bytes[at + 1] ?? 0
      if (second >= 0xa4 && second <= 0xa5) counts.devanagari += 1
      else if (second >= 0xb8 && second <= 0xb9) counts.thai += 1
    }
  }
  return counts
}

function latinLanguage(bytes: Uint8Array, start: number, stop: number): string {
  const votes = new Float64Array(latinLanguages.length)
  let key = 0
  let length = 0
  for (let at = start; at <= stop; at += 1) {
    let byte = at < stop ? (bytes[at] ?? 0) : 0
    if (byte >= 0x41 && byte <= 0x5a) byte += 0x20
    if ((byte >= 0x61 && byte <= 0x7a) || byte >= 0x80) {
      length += 1
      if (length <= longestWord) key = key * 256 + byte
      continue
    }
    const languages = length > 0 && length <= longestWord ? languagesOfWord.get(key) : undefined
    // A word that several languages share tells less.
    for (const index of languages ?? [])
      votes[index] = (votes[index] ?? 0) + 1 / (languages?.length ?? 1)
    key = 0
    length = 0
  }
  const most = Math.max(...votes)
  return most > 0.5 ? (latinLanguages[votes.indexOf(most)] ?? 'und') : 'und'
}
