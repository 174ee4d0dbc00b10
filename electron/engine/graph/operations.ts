/** The differentiable operations of a Llama decoder: each emits its nodes and the rule for its gradient. */
import {
  type Graph,
  type Shape,
  type Tensor,
  dimensionAt,
  knownDimension,
  microsoftDomain,
  sameShape,
} from './graph.ts'

/** x (N, I) times weight (O, I) transposed, plus bias (O) -> (N, O). The weight stays as checkpoints store it. */
export function linear(graph: Graph, x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const inner = dimensionAt(x.shape, 1)
  if (dimensionAt(weight.shape, 1) !== inner)
    throw new Error(`linear: ${weight.name} does not take ${inner} inputs.`)
  const shape = [dimensionAt(x.shape, 0), dimensionAt(weight.shape, 0)]
  const inputs = bias ? [x, weight, bias] : [x, weight]
  const output = graph.node('Gemm', inputs, shape, { transB: 1 })
  return graph.record(output, inputs, (gradient) => [
    x.trainable ? graph.node('Gemm', [gradient, weight], x.shape) : null,
    weight.trainable ? graph.node('Gemm', [gradient, x], weight.shape, { transA: 1 }) : null,
    bias?.trainable
      ? graph.node('ReduceSum', [gradient, graph.integers([0])], bias.shape, { keepdims: 0 })
      : null,
  ])
}

export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  /** Factor on the product. */
  readonly alpha?: number
}

/** alpha * op(a) op(b) over the last two dimensions; the leading ones are equal. */
export function matmul(graph: Graph, a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1 } = options
  const product = (left: Tensor, right: Tensor, transA: boolean, transB: boolean, shape: Shape) =>
    graph.node(
      'FusedMatMul',
      [left, right],
      shape,
      { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
      microsoftDomain,
    )
  const batch = a.shape.slice(0, -2)
  if (!sameShape(batch, b.shape.slice(0, -2)))
    throw new Error('matmul: the leading dimensions differ.')
  const rows = dimensionAt(a.shape, transposeA ? -1 : -2)
  const columns = dimensionAt(b.shape, transposeB ? -2 : -1)
  const output = product(a, b, transposeA, transposeB, [...batch, rows, columns])
  return graph.record(output, [a, b], (gradient) => [
    !a.trainable
      ? null
      : transposeA
        ? product(b, gradient, transposeB, true, a.shape)
        : product(gradient, b, false, !transposeB, a.shape),
    !b.trainable
      ? null
      : transposeB
        ? product(gradient, a, true, transposeA, b.shape)
        : product(a, gradient, !transposeA, false, b.shape),
  ])
}

export function add(graph: Graph, a: Tensor, b: Tensor): Tensor {
  requireSameShape('add', a, b)
  const output = graph.node('Add', [a, b], a.shape)
  return graph.record(output, [a, b], (gradient) => [gradient, gradient])
}

export function mul(graph: Graph, a: Tensor, b: Tensor): Tensor {
  requireSameShape('mul', a, b)
  const output = graph.node('Mul', [a, b], a.shape)
  return graph.record(output, [a, b], (gradient) => [
    a.trainable ? graph.node('Mul', [gradient, b], a.shape) : null,
    b.trainable ? graph.node('Mul', [gradient, a], b.shape) : null,
  ])
}

export function scale(graph: Graph, x: Tensor, factor: number): Tensor {
  const constant = graph.scalar(factor)
  const output = graph.node('Mul', [x, constant], x.shape)
  return graph.record(output, [x], (gradient) => [graph.node('Mul', [gradient, constant], x.shape)])
}

/** Odd, and large enough that the uniform numbers of two sites share no visible pattern. */
const siteMultiplier = 127

/**
 * Zeroes a share of x (N, I) and scales the rest by 1 / (1 - share). The choice is made by `noise`, uniform in [0, 1)
 * and at least as wide as x; each site of a graph draws its own numbers from it, as frac(multiplier * noise), so that a
 * step's whole dropout follows from one input and can be repeated.
 */
export function dropout(
  graph: Graph,
  x: Tensor,
  noise: Tensor,
  share: number,
  site: number,
): Tensor {
  const width = knownDimension(x.shape, 1)
  const cut = graph.node(
    'Slice',
    [noise, graph.integers([0]), graph.integers([width]), graph.integers([1])],
    x.shape,
  )
  const spread = graph.node('Mul', [cut, graph.scalar(siteMultiplier + 2 * site)], x.shape)
  const floor = graph.node('Floor', [spread], x.shape)
  const uniform = graph.node('Sub', [spread, floor], x.shape)
  const kept = graph.node('GreaterOrEqual', [uniform, graph.scalar(share)], x.shape)
  const mask = graph.node('Where', [kept, graph.scalar(1 / (1 - share)), graph.scalar(0)], x.shape)
  const output = graph.node('Mul', [x, mask], x.shape)
  return graph.record(output, [x], (gradient) => [
    x.trainable ? graph.node('Mul', [gradient, mask], x.shape) : null,
  ])
}

/** x * sigmoid(x); its derivative is s + y (1 - s) for s = sigmoid(x), y = silu(x). */
export function silu(graph: Graph, x: Tensor): Tensor {
  const sigmoid = graph.node('Sigmoid', [x], x.shape)
  const output = graph.node('Mul', [x, sigmoid], x.shape)
  return graph.record(output, [x], (gradient) => {
    const complement = graph.node('Sub', [graph.scalar(1), sigmoid], x.shape)
    const bend = graph.node('Mul', [output, complement], x.shape)
    const slope = graph.node('Add', [bend, sigmoid], x.shape)
    return [graph.node('Mul', [gradient, slope], x.shape)]
  })
}

/** x / rms(x) * weight over the last dimension; x is (N, D), weight (D). */
export function rmsNorm(graph: Graph, x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const perRow = [dimensionAt(x.shape, 0), 1]
  const [output, inverse] = graph.isPortable
    ? normalizedBySteps(graph, x, weight, epsilon)
    : graph.multiNode(
        'SimplifiedLayerNormalization',
        [x, weight],
        [{ shape: x.shape }, { shape: perRow }],
        { axis: -1, epsilon: { float: epsilon } },
      )
  return graph.record(output, [x, weight], (gradient) => {
    const normalized = graph.node('Mul', [x, inverse], x.shape)
    const product = graph.node('Mul', [gradient, normalized], x.shape)
    const weightGradient = weight.trainable
      ? graph.node('ReduceSum', [product, graph.integers([0])], weight.shape, { keepdims: 0 })
      : null
    if (!x.trainable) return [null, weightGradient]
    const size = knownDimension(x.shape, 1)
    // mean(gradient * weight * normalized) per row, as one matrix-vector product.
    const column = graph.node('Reshape', [weight, graph.integers([size, 1])], [size, 1])
    const sum = graph.node('Gemm', [product, column], perRow, { alpha: { float: 1 / size } })
    const along = graph.node('Mul', [normalized, sum], x.shape)
    const weighted = graph.node('Mul', [gradient, weight], x.shape)
    const across = graph.node('Sub', [weighted, along], x.shape)
    return [graph.node('Mul', [across, inverse], x.shape), weightGradient]
  })
}

/** As SimplifiedLayerNormalization, whose second output WebGPU's kernel leaves at zero. */
function normalizedBySteps(
  graph: Graph,
  x: Tensor,
  weight: Tensor,
  epsilon: number,
): readonly [Tensor, Tensor] {
  const perRow = [dimensionAt(x.shape, 0), 1]
  const square = graph.node('Mul', [x, x], x.shape)
  const mean = graph.node('ReduceMean', [square], perRow, { axes: [1], keepdims: 1 })
  const shifted = graph.node('Add', [mean, graph.scalar(epsilon)], perRow)
  const root = graph.node('Sqrt', [shifted], perRow)
  const inverse = graph.node('Reciprocal', [root], perRow)
  const normalized = graph.node('Mul', [x, inverse], x.shape)
  return [graph.node('Mul', [normalized, weight], x.shape), inverse]
}

/** At most one dimension of the new shape may be symbolic. */
export function reshape(graph: Graph, x: Tensor, shape: Shape): Tensor {
  const emit = (source: Tensor, target: Shape) =>
    graph.node(
      'Reshape',
      [source, graph.integers(target.map((item) => (typeof item === 'number' ? item : -1)))],
      target,
    )
  return graph.record(emit(x, shape), [x], (gradient) => [emit(gradient, x.shape)])
}

/** Output dimension i is input dimension order[i]. */
export function transpose(graph: Graph, x: Tensor, order: readonly number[]): Tensor {
  const emit = (source: Tensor, perm: readonly number[]) =>
    graph.node(
      'Transpose',
      [source],
      perm.map((axis) => dimensionAt(source.shape, axis)),
      { perm },
    )
  const inverse = order.map((_, axis) => order.indexOf(axis))
  return graph.record(emit(x, order), [x], (gradient) => [emit(gradient, inverse)])
}

export interface RotaryTables {
  /** (positions, head size / 2) each. */
  readonly cosine: Tensor
  readonly sine: Tensor
  /** The sine's negative: the gradient is the rotation the other way. */
  readonly negatedSine: Tensor
  /** (1): the position of the sequence's first token. */
  readonly offset: Tensor
}

/**
 * Rotary position embedding of x (B, T, heads * head size), halves rotated against each other as in the Llama
 * checkpoints of Hugging Face (not interleaved).
 */
export function rotary(graph: Graph, x: Tensor, tables: RotaryTables): Tensor {
  const emit = (source: Tensor, sine: Tensor) =>
    graph.node(
      'RotaryEmbedding',
      [source, tables.offset, tables.cosine, sine],
      x.shape,
      {},
      microsoftDomain,
    )
  return graph.record(emit(x, tables.sine), [x], (gradient) => [emit(gradient, tables.negatedSine)])
}

/** Softmax over the last dimension of scores + mask; the mask broadcasts and carries no gradient. */
export function maskedSoftmax(graph: Graph, scores: Tensor, mask: Tensor): Tensor {
  const masked = graph.node('Add', [scores, mask], scores.shape)
  const output = graph.node('Softmax', [masked], scores.shape, { axis: -1 })
  return graph.record(output, [scores], (gradient) => {
    const product = graph.node('Mul', [gradient, output], scores.shape)
    const sum = graph.node(
      'ReduceSum',
      [product, graph.integers([-1])],
      [...scores.shape.slice(0, -1), 1],
      { keepdims: 1 },
    )
    const pulled = graph.node('Mul', [output, sum], scores.shape)
    return [graph.node('Sub', [product, pulled], scores.shape)]
  })
}

/** Rows of table (R, D) at indices (N) -> (N, D). An index may occur more than once. */
export function gatherRows(graph: Graph, table: Tensor, indices: Tensor): Tensor {
  const count = dimensionAt(indices.shape, 0)
  const size = dimensionAt(table.shape, 1)
  const output = graph.node('Gather', [table, indices], [count, size], { axis: 0 })
  return graph.record(output, [table], (gradient) => {
    const zeros = graph.node(
      'Expand',
      [
        graph.constant(new Float32Array(1), [1, 1]),
        graph.integers([knownDimension(table.shape, 0), knownDimension(table.shape, 1)]),
      ],
      table.shape,
    )
    const column = graph.node('Unsqueeze', [indices, graph.integers([1])], [count, 1])
    return [graph.node('ScatterND', [zeros, column, gradient], table.shape, { reduction: 'add' })]
  })
}

export interface CrossEntropy {
  /** Sum of rowLosses * rowWeights, a scalar. */
  readonly loss: Tensor
  /** (N): minus the natural logarithm of the label's probability. */
  readonly rowLosses: Tensor
}

/**
 * Cross-entropy of the logits hidden (N, D) times weight (V, D) transposed, against labels (N) of int64, rows weighted
 * by rowWeights (N). Head and loss are one op because the weights can then scale the small hidden side in the
 * gradient: (softmax - one-hot) is the only other tensor of the logits' size.
 */
export function linearCrossEntropy(
  graph: Graph,
  hidden: Tensor,
  weight: Tensor,
  labels: Tensor,
  rowWeights: Tensor,
): CrossEntropy {
  const rows = dimensionAt(hidden.shape, 0)
  const shape = [rows, dimensionAt(weight.shape, 0)]
  const perRow = [rows, 1]
  const column = (source: Tensor) => graph.node('Unsqueeze', [source, graph.integers([1])], perRow)

  const logits = graph.node('Gemm', [hidden, weight], shape, { transB: 1 })
  const labelColumn = column(labels)
  const picked = graph.node('GatherElements', [logits, labelColumn], perRow, { axis: 1 })
  const largest = graph.node('ReduceMax', [logits], perRow, { axes: [-1], keepdims: 1 })
  const probabilities = graph.node('Softmax', [logits], shape, { axis: -1 })
  // The largest probability is 1 / sum(exp(logits - largest)), so the sum needs no second pass of exponentials.
  const likeliest = graph.node('ReduceMax', [probabilities], perRow, { axes: [-1], keepdims: 1 })
  const behind = graph.node('Sub', [largest, picked], perRow)
  const lossColumn = graph.node('Sub', [behind, graph.node('Log', [likeliest], perRow)], perRow)
  const rowLosses = graph.node('Squeeze', [lossColumn, graph.integers([1])], [rows])
  const weighted = graph.node('Mul', [rowLosses, rowWeights], [rows])
  const loss = graph.node('ReduceSum', [weighted], [], { keepdims: 0 })
  graph.record(loss, [hidden, weight], (gradient) => {
    const minusOne = graph.node(
      'Expand',
      [graph.scalar(-1), graph.node('Shape', [labelColumn], [2])],
      perRow,
    )
    const error = graph.node('ScatterElements', [probabilities, labelColumn, minusOne], shape, {
      axis: 1,
      reduction: 'add',
    })
    const rowScale = column(graph.node('Mul', [rowWeights, gradient], [rows]))
    const scaledHidden = graph.node('Mul', [hidden, rowScale], hidden.shape)
    return [
      hidden.trainable
        ? graph.node(
            'Mul',
            [graph.node('Gemm', [error, weight], hidden.shape), rowScale],
            hidden.shape,
          )
        : null,
      weight.trainable
        ? graph.node('Gemm', [error, scaledHidden], weight.shape, { transA: 1 })
        : null,
    ]
  })
  return { loss, rowLosses }
}

function requireSameShape(operation: string, a: Tensor, b: Tensor): void {
  if (!sameShape(a.shape, b.shape))
    throw new Error(`${operation}: (${a.shape.join(', ')}) against (${b.shape.join(', ')}).`)
}
