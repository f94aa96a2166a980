/** Reads networks from untyped data: the file `network.json`, or the arguments of a constructor. */
import type { z } from 'zod'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import type { Network } from './network.ts'
import { networkError } from './network-error.ts'
import { layerSchema } from './schema.ts'

/**
 * Largest depth of layers nested within layers. Nested layers are read recursively, and the limit prevents a stack
 * overflow.
 */
const DEEPEST_NESTING = 100
/**
 * Largest number of layers written out one by one. A network with more layers must use a repeat, which counts as one
 * layer.
 */
const MOST_LAYERS = 50_000

/**
 * The network that a parsed JSON document describes, deeply frozen. Fields left out take the constructors' defaults,
 * and unknown fields are refused. Throws a `network` error that names the first faulty place in the document.
 * `networkFromJson(JSON.parse(JSON.stringify(network)))` equals the network.
 */
export function networkFromJson(value: unknown): Network {
  checkExtent(value)
  return read(layerSchema(), value, '')
}

/**
 * Reads the value with the schema and freezes the result deeply. `place` names the value in the error message.
 */
export function read<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value)
  if (result.success) return freezeDeeply(result.data)
  const [issue] = result.error.issues
  throw new IsobathError('network', `${pathText(place, issue.path) || 'network'}: ${issue.message}`)
}

/** The text of a path within a document, such as `layers[2].block.width`. */
function pathText(place: string, steps: readonly PropertyKey[]): string {
  let text = place
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? String(step) : `.${String(step)}`
  }
  return text
}

function freezeDeeply<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const part of Object.values(value)) freezeDeeply(part)
    Object.freeze(value)
  }
  return value
}

function checkExtent(root: unknown): void {
  let layers = 0
  const waiting: { value: unknown; nesting: number }[] = [{ value: root, nesting: 1 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, nesting } = next
    if (typeof value !== 'object' || value === null) continue
    if (++layers > MOST_LAYERS) {
      const remedy = 'Replace equal layers by a repeat.'
      throw networkError('network', `at most ${grouped(MOST_LAYERS)} layers written out`, 'more', remedy)
    }
    if (nesting > DEEPEST_NESTING) {
      const remedy = 'Write the layers one after the other in one chain, or as a repeat.'
      throw networkError('network', `at most ${DEEPEST_NESTING} levels of nested layers`, 'more', remedy)
    }
    const wait = (child: unknown) => waiting.push({ value: child, nesting: nesting + 1 })
    if ('layers' in value && Array.isArray(value.layers)) value.layers.forEach(wait)
    if ('branch' in value) wait(value.branch)
    if ('shortcut' in value) wait(value.shortcut)
    if ('block' in value) wait(value.block)
  }
}
