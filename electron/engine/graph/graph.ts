/** A computation as a list of ONNX nodes over named tensors, with a tape for the reverse walk (gradient.ts). */

/** A number, or the name of a dimension known only when the graph runs. */
export type Dimension = number | string
export type Shape = readonly Dimension[]
export type ElementType = 'float32' | 'float16' | 'bfloat16' | 'int32' | 'int64'

export interface Tensor {
  readonly name: string
  readonly shape: Shape
  readonly type: ElementType
  /** Whether it depends on a trainable input; only such tensors get gradients. */
  readonly trainable: boolean
}

export type Attribute = number | string | readonly number[] | { readonly float: number }

export interface GraphNode {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface Constant {
  readonly tensor: Tensor
  readonly data: Float32Array | Int32Array | BigInt64Array
}

/** Instead of a file: the memory that the session is handed. */
export const handedMemory = 'memory'

/** Where the values of a constant lie: in a file, which a session maps into memory, or in handedMemory. */
export interface ConstantPlace {
  /** Absolute, through no symbolic link: ONNX Runtime takes those for a way out of its folder. It must not change. */
  readonly file: string
  readonly byteOffset: number
  readonly byteLength: number
}

/** A constant whose values are not among the graph's own bytes. */
export interface ExternalConstant {
  readonly tensor: Tensor
  readonly place: ConstantPlace
}

/** Given the gradient of an op's output, emits the gradients of its inputs, in order; null where none flows. */
export type GradientRule = (gradient: Tensor) => readonly (Tensor | null)[]

export interface TapeEntry {
  readonly output: Tensor
  readonly inputs: readonly Tensor[]
  readonly rule: GradientRule
}

/** The domain of ONNX Runtime's own operators. */
export const microsoftDomain = 'com.microsoft'

export class Graph {
  /** Keeps to operators that every execution provider computes rightly, at some cost in speed. */
  readonly isPortable: boolean
  readonly nodes: GraphNode[] = []
  readonly constants: Constant[] = []
  readonly externalConstants: ExternalConstant[] = []
  readonly inputs: Tensor[] = []
  readonly outputs: Tensor[] = []
  #tape: TapeEntry[] = []
  readonly #constantsByKey = new Map<string, Tensor>()
  #names = 0

  constructor({ isPortable = false }: { readonly isPortable?: boolean } = {}) {
    this.isPortable = isPortable
  }

  input(name: string, shape: Shape, type: ElementType = 'float32', trainable = false): Tensor {
    const tensor: Tensor = { name, shape, type, trainable }
    this.inputs.push(tensor)
    return tensor
  }

  /** Publishes a tensor under its own name, so that a caller can fetch it. */
  output(name: string, source: Tensor): Tensor {
    const tensor: Tensor = { ...source, name }
    this.nodes.push({
      operator: 'Identity',
      domain: '',
      inputs: [source.name],
      outputs: [name],
      attributes: {},
    })
    this.outputs.push(tensor)
    return tensor
  }

  constant(data: Float32Array | Int32Array | BigInt64Array, shape: readonly number[]): Tensor {
    const type =
      data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64'
    const key = data.length <= 16 ? `${type}:${shape.join('x')}:${data.join(',')}` : null
    const known = key === null ? undefined : this.#constantsByKey.get(key)
    if (known) return known
    const tensor: Tensor = { name: this.#nextName('constant'), shape, type, trainable: false }
    this.constants.push({ tensor, data })
    if (key !== null) this.#constantsByKey.set(key, tensor)
    return tensor
  }

  externalConstant(
    name: string,
    shape: readonly number[],
    type: ElementType,
    place: ConstantPlace,
  ): Tensor {
    const tensor: Tensor = { name, shape, type, trainable: false }
    this.externalConstants.push({ tensor, place })
    return tensor
  }

  scalar(value: number): Tensor {
    return this.constant(new Float32Array([value]), [])
  }

  integers(values: readonly number[]): Tensor {
    return this.constant(new BigInt64Array(values.map(BigInt)), [values.length])
  }

  /** Emits one node with one output. */
  node(
    operator: string,
    inputs: readonly Tensor[],
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Tensor {
    return this.multiNode(operator, inputs, [{ shape }], attributes, domain)[0]
  }

  /** Emits one node with several outputs. */
  multiNode<const Outputs extends readonly { shape: Shape; type?: ElementType }[]>(
    operator: string,
    inputs: readonly Tensor[],
    outputs: Outputs,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): { [Index in keyof Outputs]: Tensor } {
    const trainable = inputs.some((input) => input.trainable)
    const tensors = outputs.map(({ shape, type = 'float32' }) => ({
      name: this.#nextName(operator),
      shape,
      type,
      trainable,
    }))
    this.nodes.push({
      operator,
      domain,
      inputs: inputs.map((input) => input.name),
      outputs: tensors.map((tensor) => tensor.name),
      attributes,
    })
    return tensors as { [Index in keyof Outputs]: Tensor }
  }

  /** What is differentiated, in the order of its emission. */
  get tape(): readonly TapeEntry[] {
    return this.#tape
  }

  /** Emits on a tape of its own, which nothing else walks. */
  onTapeOfItsOwn(emit: () => Tensor): { output: Tensor; tape: readonly TapeEntry[] } {
    const outer = this.#tape
    const tape: TapeEntry[] = []
    this.#tape = tape
    try {
      return { output: emit(), tape }
    } finally {
      this.#tape = outer
    }
  }

  /** Puts an op on the tape, unless nothing trainable flows through it. */
  record(output: Tensor, inputs: readonly Tensor[], rule: GradientRule): Tensor {
    if (output.trainable) this.#tape.push({ output, inputs, rule })
    return output
  }

  #nextName(stem: string): string {
    this.#names += 1
    return `${stem}_${this.#names}`
  }
}

/** Size of an axis; negative axes count from the end. */
export function dimensionAt(shape: Shape, axis: number): Dimension {
  const dimension = shape.at(axis)
  if (dimension === undefined) throw new Error(`(${shape.join(', ')}) has no axis ${axis}.`)
  return dimension
}

/** Size of an axis that must be known before the graph runs. */
export function knownDimension(shape: Shape, axis: number): number {
  const dimension = dimensionAt(shape, axis)
  if (typeof dimension !== 'number')
    throw new Error(`A dimension known in advance is needed, not ${dimension}.`)
  return dimension
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, index) => dimension === b[index])
}
