/** The reader of networks from untyped data: the file `network.json`, or whatever a constructor was given. */

import type { z } from 'zod'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import type { Network } from './network.ts'
import { networkError } from './network-error.ts'
import { layerSchema } from './schema.ts'

/** Layers within layers; reading them is recursive and must not run out of stack. */
const DEEPEST_NESTING = 100
/** Layers written out one by one; what is deeper is a repeat, which counts once. */
const MOST_LAYERS = 50_000

/**
 * The network that a parsed JSON document describes, deeply frozen. Fields left out take the constructors' defaults;
 * unknown fields are refused. Throws one IsobathError `network` that names the place within the document.
 * `networkFromJson(JSON.parse(JSON.stringify(network)))` equals the network.
 */
export function networkFromJson(value: unknown): Network {
  checkExtent(value)
  return read(layerSchema(), value, '')
}

/** What the schema makes of the value, deeply frozen; `place` is where the value stands, for the error. */
export function read<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value)
  if (result.success) return freezeDeeply(result.data)
  const [issue] = result.error.issues
  throw new IsobathError('network', `${pathText(place, issue.path) || 'network'}: ${issue.message}`)
}

/** `layers[2].block.width` */
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
      const remedy = 'Write layers that are alike as a repeat.'
      throw networkError('network', `at most ${grouped(MOST_LAYERS)} layers written out`, 'more', remedy)
    }
    if (nesting > DEEPEST_NESTING) {
      const remedy = 'Write the layers one after the other in one chain, or as a repeat.'
      throw networkError('network', `at most ${DEEPEST_NESTING} layers within each other`, 'more', remedy)
    }
    const wait = (child: unknown) => waiting.push({ value: child, nesting: nesting + 1 })
    if ('layers' in value && Array.isArray(value.layers)) value.layers.forEach(wait)
    if ('branch' in value) wait(value.branch)
    if ('shortcut' in value) wait(value.shortcut)
    if ('block' in value) wait(value.block)
  }
}
