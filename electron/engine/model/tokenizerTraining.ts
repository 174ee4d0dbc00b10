/** Learns a byte-level BPE vocabulary from text and writes it as Hugging Face's tokenizer.json. */
import { symbolOfByte } from '../../../shared/tokenizer/byteSymbols.ts'
import { gpt2Pattern, splitDigits, splitPreTokens } from '../../../shared/tokenizer/preTokenizer.ts'

/** Chinese has no spaces: longer runs are whole sentences, which teach no useful merges. */
const longestWordBytes = 36

interface Word {
  symbols: string[]
  readonly count: number
}

/**
 * Merges the most frequent neighbouring pair again and again (ties: the pair that sorts first, so that the result is the
 * same on every machine) until `vocabularySize` tokens exist, the special ones and the 256 bytes included.
 */
export function trainTokenizer(
  texts: Iterable<string>,
  vocabularySize: number,
  specialTokens: readonly string[] = ['<|endoftext|>', '<|pad|>'],
): unknown {
  const words = countWords(texts)
  const pairCounts = new Map<string, number>()
  const wordsOfPair = new Map<string, Set<number>>()
  words.forEach((word, index) => addPairs(word, index, pairCounts, wordsOfPair))

  const vocabulary = [
    ...specialTokens,
    ...Array.from({ length: 256 }, (_, byte) => symbolOfByte(byte)),
  ]
  const known = new Set(vocabulary)
  const merges: [string, string][] = []
  while (vocabulary.length < vocabularySize) {
    const best = mostFrequent(pairCounts)
    if (best === undefined) break
    const [left, right] = best.split(' ') as [string, string] // symbols hold no space
    merges.push([left, right])
    const merged = left + right
    if (!known.has(merged)) {
      known.add(merged)
      vocabulary.push(merged)
    }
    for (const index of wordsOfPair.get(best) ?? []) {
      const word = words[index] as Word // indices come from this very array
      removePairs(word, pairCounts)
      word.symbols = mergePair(word.symbols, left, right)
      addPairs(word, index, pairCounts, wordsOfPair)
    }
    pairCounts.delete(best)
    wordsOfPair.delete(best)
  }

  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Digits', individual_digits: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges,
    },
  }
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const piece of splitDigits(text)) {
      for (const word of splitPreTokens(piece, gpt2Pattern)) {
        if (word.length > longestWordBytes) continue
        counts.set(word, (counts.get(word) ?? 0) + 1)
      }
    }
  }
  return [...counts]
    .filter(([word]) => Buffer.byteLength(word) <= longestWordBytes)
    .map(([word, count]) => ({
      symbols: Array.from(Buffer.from(word, 'utf8'), symbolOfByte),
      count,
    }))
}

function addPairs(
  word: Word,
  index: number,
  counts: Map<string, number>,
  wordsOfPair: Map<string, Set<number>>,
): void {
  for (let at = 0; at + 1 < word.symbols.length; at += 1) {
    const pair = `${word.symbols[at]} ${word.symbols[at + 1]}`
    counts.set(pair, (counts.get(pair) ?? 0) + word.count)
    const places = wordsOfPair.get(pair)
    if (places) places.add(index)
    else wordsOfPair.set(pair, new Set([index]))
  }
}

function removePairs(word: Word, counts: Map<string, number>): void {
  for (let at = 0; at + 1 < word.symbols.length; at += 1) {
    const pair = `${word.symbols[at]} ${word.symbols[at + 1]}`
    const left = (counts.get(pair) ?? 0) - word.count
    if (left > 0) counts.set(pair, left)
    else counts.delete(pair)
  }
}

function mergePair(symbols: readonly string[], left: string, right: string): string[] {
  const merged: string[] = []
  for (let at = 0; at < symbols.length; at += 1) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      merged.push(left + right)
      at += 1
    } else {
      merged.push(symbols[at] ?? '')
    }
  }
  return merged
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined
  let bestCount = 1
  for (const [pair, count] of counts) {
    if (count > bestCount || (count === bestCount && best !== undefined && pair < best)) {
      best = pair
      bestCount = count
    }
  }
  return best
}
