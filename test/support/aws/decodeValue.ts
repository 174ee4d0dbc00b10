/** Text on the wire -> values of a shape: headers, XML elements and form fields carry no types of their own. */
import { shapeOf, type ServiceModel, type Shape } from './serviceModel.ts'

/** What cannot be read stays text, so that the validation names it. */
export function decodeScalar(shape: Shape, text: string | undefined): unknown {
  if (text === undefined) return undefined
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'short':
    case 'float':
    case 'double':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    default:
      return text
  }
}

/** @param element what fast-xml-parser made: an object of children, text, or a list of either */
export function decodeXml(model: ServiceModel, shape: Shape, element: unknown): unknown {
  if (shape.type === 'structure') {
    const children = isRecord(element) ? element : {}
    const known = new Map(
      Object.entries(shape.members).map(([name, reference]) => [
        reference.locationName ?? name,
        { name, reference },
      ]),
    )
    const decoded: Record<string, unknown> = {}
    for (const [tag, child] of Object.entries(children)) {
      const member = known.get(tag)
      if (!member) {
        if (tag !== '#text' || String(child).trim() !== '') decoded[tag] = child
        continue
      }
      const target = shapeOf(model, member.reference.shape)
      const isFlat = target.flattened || member.reference.flattened === true
      decoded[member.name] =
        target.type === 'list' && !isFlat
          ? decodeXmlList(model, target, isRecord(child) ? child : {})
          : target.type === 'list'
            ? asList(child).map((entry) => decodeEntry(model, target, entry))
            : decodeXml(model, target, child)
    }
    return decoded
  }
  return decodeScalar(shape, element === undefined ? undefined : String(element))
}

function decodeXmlList(model: ServiceModel, shape: Shape, wrapper: Record<string, unknown>) {
  const tag = shape.member?.locationName ?? 'member'
  return asList(wrapper[tag]).map((entry) => decodeEntry(model, shape, entry))
}

function decodeEntry(model: ServiceModel, list: Shape, entry: unknown): unknown {
  return list.member ? decodeXml(model, shapeOf(model, list.member.shape), entry) : entry
}

/** `Tags.member.1.Key=a` -> `{ Tags: [{ Key: 'a' }] }`. */
export function decodeQuery(
  model: ServiceModel,
  shapeName: string,
  form: URLSearchParams,
): Record<string, unknown> {
  const tree: Tree = new Map()
  for (const [name, value] of form) {
    const parts = name.split('.')
    let node = tree
    for (const part of parts.slice(0, -1)) {
      const next = node.get(part)
      const child: Tree = next instanceof Map ? next : new Map()
      node.set(part, child)
      node = child
    }
    node.set(parts.at(-1) ?? '', value)
  }
  const decoded = fromTree(model, shapeOf(model, shapeName), tree)
  return isRecord(decoded) ? decoded : {}
}

type Tree = Map<string, Tree | string>

function fromTree(model: ServiceModel, shape: Shape, node: Tree | string): unknown {
  if (typeof node === 'string') {
    // An empty list is sent as `Name=`.
    if (shape.type === 'list') return node === '' ? [] : node
    return decodeScalar(shape, node)
  }
  if (shape.type === 'structure')
    return Object.fromEntries(
      [...node].map(([name, child]) => {
        const reference = shape.members[name]
        return [name, reference ? fromTree(model, shapeOf(model, reference.shape), child) : child]
      }),
    )
  if (shape.type === 'list') {
    const wrapped = node.get(shape.member?.locationName ?? 'member')
    const entries = wrapped instanceof Map && !shape.flattened ? wrapped : node
    return [...entries.values()].map((child) =>
      shape.member ? fromTree(model, shapeOf(model, shape.member.shape), child) : child,
    )
  }
  if (shape.type === 'map') {
    const wrapped = node.get('entry')
    const entries = wrapped instanceof Map ? wrapped : node
    return Object.fromEntries(
      [...entries.values()].flatMap((entry) =>
        entry instanceof Map ? [[entry.get('key'), entry.get('value')]] : [],
      ),
    )
  }
  return node
}

function asList(value: unknown): unknown[] {
  if (value === undefined || value === '') return []
  return Array.isArray(value) ? value : [value]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
