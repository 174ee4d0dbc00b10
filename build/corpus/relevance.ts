/** Which sentences speak of what a question asks: by the words that they share. */

/** Words that say nothing of the subject. */
const commonWords = new Set(
  `a an and are at be but by can could do does for from get had has have how i if in is it its me my of on one or our
  please so than that the their them then there they this to us was we what when where which who why will with would you
  your not no any all`.split(/\s+/),
)
/** Long enough to tell `deliver` from `delay`, short enough to join `deliver` and `delivery`. */
const stemLength = 5
const commonPairs = /[的了吗呢吧么您我你们是有在会可以请就都也不要怎什]/

/** The subject words of a sentence: stems in English, pairs of characters in Chinese. Slots count by their name. */
export function subjectsOf(sentence: string, language: 'en' | 'zh'): Set<string> {
  const slots = [...sentence.matchAll(/\{([a-z]+)\d*\}/g)].map(([, slot]) => `{${slot}}`)
  const text = sentence.replace(/\{\w+\}/g, ' ').toLowerCase()
  const subjects = new Set<string>(
    slots.filter((slot) => slot === '{part}' || slot === '{country}'),
  )
  if (language === 'en') {
    for (const word of text.match(/[a-z]+/g) ?? [])
      if (!commonWords.has(word)) subjects.add(word.slice(0, stemLength))
    return subjects
  }
  for (const run of text.match(/\p{Script=Han}+/gu) ?? [])
    for (let at = 0; at + 2 <= run.length; at += 1) {
      const pair = run.slice(at, at + 2)
      if (!commonPairs.test(pair)) subjects.add(pair)
    }
  return subjects
}

/** How many subjects two sentences share. */
export function sharedSubjects(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0
  for (const subject of one) if (other.has(subject)) shared += 1
  return shared
}
