/**
 * Groups texts by what they are about: TF-IDF over words, spherical k-means (Dhillon, Modha 2001) with a seed, so that the
 * same texts give the same topics.
 */
import { seededRandom } from '../../../shared/split.ts'
import { wordsAroundPairs } from './chineseWords.ts'
import { topicWords } from './words.ts'

export interface TopicModel {
  /** The words that tell each topic from the others, most telling first. */
  readonly labels: readonly (readonly string[])[]
  /** Where each topic stands on the map, from 0 to 1. */
  readonly positions: readonly { readonly x: number; readonly y: number }[]
  /** The topic of a text and how clearly it is one, from 0 to 1; topic -1 for a text without a known word. */
  assign(text: string): { topic: number; clearness: number }
}

interface SparseVector {
  readonly indices: readonly number[]
  readonly values: readonly number[]
}

const mostWords = 4096
const mostTopics = 12
const rounds = 15
const labelWords = 3
const isHan = /\p{Script=Han}/u

/** Up to twelve topics; fewer where there are few texts, none where the texts share no words. */
export function findTopics(texts: readonly string[], seed: number): TopicModel {
  const documents = texts.map(topicWords)
  const vocabulary = chooseWords(documents)
  const idf = vocabulary.map(({ documentCount }) => Math.log(1 + texts.length / documentCount))
  const indexOf = new Map(vocabulary.map(({ word }, index) => [word, index]))
  const vectorOf = (words: readonly string[]) => toVector(words, indexOf, idf)
  const vectors = documents.map(vectorOf).filter(({ indices }) => indices.length > 0)
  const wanted = Math.min(mostTopics, Math.max(2, Math.round(Math.sqrt(vectors.length / 6))))
  const centroids =
    vectors.length < 4 ? [] : cluster(vectors, wanted, vocabulary.length, seededRandom(seed))
  const words = vocabulary.map(({ word }) => word)
  const wordAround = wordsAroundPairs(words.some((word) => isHan.test(word)) ? texts : [])
  return {
    labels: centroids.map((centroid) => labelOf(centroid, centroids, words, wordAround)),
    positions: placeOnMap(centroids),
    assign(text) {
      const vector = vectorOf(topicWords(text))
      let topic = -1
      let clearness = 0
      centroids.forEach((centroid, index) => {
        const likeness = dot(vector, centroid)
        if (likeness > clearness) {
          topic = index
          clearness = likeness
        }
      })
      return { topic, clearness }
    },
  }
}

/** Words of at least two texts, without those that half of the texts have. */
function chooseWords(documents: readonly (readonly string[])[]) {
  const documentCounts = new Map<string, number>()
  for (const words of documents) {
    for (const word of new Set(words)) documentCounts.set(word, (documentCounts.get(word) ?? 0) + 1)
  }
  const most = Math.max(2, documents.length / 2)
  return [...documentCounts]
    .filter(([, count]) => count >= 2 && count <= most)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, mostWords)
    .map(([word, documentCount]) => ({ word, documentCount }))
}

function toVector(
  words: readonly string[],
  indexOf: ReadonlyMap<string, number>,
  idf: readonly number[],
): SparseVector {
  const weights = new Map<number, number>()
  for (const word of words) {
    const index = indexOf.get(word)
    if (index !== undefined) weights.set(index, (weights.get(index) ?? 0) + (idf[index] ?? 0))
  }
  const length = Math.hypot(...weights.values())
  return {
    indices: [...weights.keys()],
    values: [...weights.values()].map((value) => value / length),
  }
}

function dot({ indices, values }: SparseVector, dense: Float64Array): number {
  let sum = 0
  for (let at = 0; at < indices.length; at += 1) {
    sum += (values[at] ?? 0) * (dense[indices[at] ?? 0] ?? 0)
  }
  return sum
}

function cluster(
  vectors: readonly SparseVector[],
  wanted: number,
  dimensions: number,
  random: () => number,
): Float64Array[] {
  let centroids = chooseStarts(vectors, wanted, dimensions, random)
  let before: Int32Array | null = null
  for (let round = 0; round < rounds; round += 1) {
    const nearest = Int32Array.from(vectors, (vector) => nearestOf(vector, centroids))
    if (before && nearest.every((topic, index) => topic === before?.[index])) break
    before = nearest
    const sums = centroids.map(() => new Float64Array(dimensions))
    vectors.forEach((vector, index) => add(sums[nearest[index] ?? 0], vector))
    centroids = sums.filter((sum) => sum.some((value) => value > 0)).map(normalise)
  }
  return centroids
}

/** k-means++: each start far from the ones before. */
function chooseStarts(
  vectors: readonly SparseVector[],
  wanted: number,
  dimensions: number,
  random: () => number,
): Float64Array[] {
  const first = vectors[Math.floor(random() * vectors.length)]
  if (!first) return []
  const starts = [toDense(first, dimensions)]
  const distances = Float64Array.from(vectors, () => Infinity)
  while (starts.length < wanted) {
    const newest = starts.at(-1) as Float64Array // there is at least the first
    let sum = 0
    vectors.forEach((vector, index) => {
      const distance = Math.max(0, 1 - dot(vector, newest)) ** 2
      distances[index] = Math.min(distances[index] ?? 0, distance)
      sum += distances[index]
    })
    if (sum === 0) break
    let left = random() * sum
    const chosen = vectors.find((_, index) => (left -= distances[index] ?? 0) <= 0)
    starts.push(toDense(chosen ?? first, dimensions))
  }
  return starts
}

function nearestOf(vector: SparseVector, centroids: readonly Float64Array[]): number {
  let best = 0
  let most = -1
  centroids.forEach((centroid, index) => {
    const likeness = dot(vector, centroid)
    if (likeness > most) {
      most = likeness
      best = index
    }
  })
  return best
}

function add(sum: Float64Array | undefined, { indices, values }: SparseVector): void {
  if (!sum) return
  indices.forEach((index, at) => (sum[index] = (sum[index] ?? 0) + (values[at] ?? 0)))
}

function normalise(sum: Float64Array): Float64Array {
  let squares = 0
  for (const value of sum) squares += value * value
  const length = Math.sqrt(squares)
  return sum.map((value) => value / length)
}

function toDense({ indices, values }: SparseVector, dimensions: number): Float64Array {
  const dense = new Float64Array(dimensions)
  indices.forEach((index, at) => (dense[index] = values[at] ?? 0))
  return dense
}

/**
 * Words that weigh much here and little elsewhere. A pair of Chinese characters is told by the word it stands in; where
 * all of them only span two words, the pairs themselves are better than nothing.
 */
function labelOf(
  centroid: Float64Array,
  centroids: readonly Float64Array[],
  words: readonly string[],
  wordAround: ReadonlyMap<string, string>,
): string[] {
  const telling = words.map((word, index) => {
    const elsewhere =
      centroids.reduce((sum, other) => sum + (other[index] ?? 0), 0) - (centroid[index] ?? 0)
    const average = elsewhere / Math.max(1, centroids.length - 1)
    return { word, weight: (centroid[index] ?? 0) - average }
  })
  const heaviest = telling
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ word }) => word)
  const whole = heaviest.flatMap((word) => (isHan.test(word) ? (wordAround.get(word) ?? []) : word))
  return apart(whole.length > 0 ? whole : heaviest)
}

/** The first ones, without a Chinese word that is a part of another. */
function apart(words: readonly string[]): string[] {
  const label: string[] = []
  for (const word of words) {
    if (label.length === labelWords) break
    const isPart = (chosen: string) => chosen.includes(word) || word.includes(chosen)
    if (!isHan.test(word) || !label.some(isPart)) label.push(word)
  }
  return label
}

/** Two dimensions that keep what the topics have in common: classical scaling (Torgerson 1952) of their cosines. */
function placeOnMap(centroids: readonly Float64Array[]): { x: number; y: number }[] {
  const count = centroids.length
  const likeness = centroids.map((a) =>
    centroids.map((b) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)),
  )
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const rowMeans = likeness.map(mean)
  const all = mean(rowMeans)
  const centred = likeness.map((row, at) =>
    row.map((value, other) => value - (rowMeans[at] ?? 0) - (rowMeans[other] ?? 0) + all),
  )
  const first = leadingVector(centred)
  const second = leadingVector(
    centred.map((row, at) =>
      row.map(
        (value, other) => value - first.size * (first.vector[at] ?? 0) * (first.vector[other] ?? 0),
      ),
    ),
  )
  const [xs, ys] = [spread(first.vector), spread(second.vector)]
  return Array.from({ length: count }, (_, index) => ({ x: xs[index] ?? 0.5, y: ys[index] ?? 0.5 }))
}

function leadingVector(matrix: readonly (readonly number[])[]): { vector: number[]; size: number } {
  let vector = matrix.map((_, index) => Math.sin(index * 1.7 + 1))
  let size = 0
  for (let round = 0; round < 60; round += 1) {
    const product = matrix.map((row) =>
      row.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0),
    )
    size = Math.hypot(...product)
    if (size < 1e-12) return { vector, size: 0 }
    vector = product.map((value) => value / size)
  }
  return { vector, size }
}

function spread(values: readonly number[]): number[] {
  const low = Math.min(...values)
  const range = Math.max(...values) - low
  return values.map((value) => (range < 1e-9 ? 0.5 : (value - low) / range))
}
