/** A network without some iterations of a loop, as weights of the same network: what do these layers do? */
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluate.ts'
import { checkWeights } from '../training/weights.ts'
import { isPlain } from './code.ts'
import { makeIdentity } from './identity.ts'
import { findSigns } from './signs.ts'
import { type Draft, type Impossible, impossible, iterationsOf, stepsOf } from './tensors.ts'

/**
 * The same weights, but that the iterations from, ..., to - 1 (counted from 0) of the repeat at `path` hand on what they
 * get, to the last bit: a residual's branch gives zeros, layers of weights are the identity (`makeIdentity`). In a repeat
 * within others, it is so in all iterations of those. The weights given are left as they are.
 *
 * `impossible` where a layer can't be made part of an identity, or only nearly, as with activations other than rectifiers.
 * Throws an IsobathError `option` where there is no such repeat or it has no such iterations, and `weights` where the
 * weights aren't the network's.
 */
export function withoutIterations(
  blueprint: Blueprint,
  weights: Weights,
  path: string,
  from: number,
  to: number,
): Map<string, Float64Array> | Impossible {
  checkWeights(blueprint, weights)
  const repeat = findRepeat(blueprint.root, path)
  const { layer, loops, children } = repeat
  const times = layer.kind === 'repeat' ? layer.times : 0
  const isRange = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= times
  if (!isRange) {
    const found = `those from ${from} to below ${to}`
    throw new IsobathError('option', `${path}: expected iterations from 0 to below ${times}, got ${found}.`)
  }
  const draft: Draft = {
    weights: new Map([...weights].map(([name, values]) => [name, Float64Array.from(values)])),
    changed: new Set(),
  }
  const signs = findSigns(blueprint.root).get(repeat)
  // The first iteration gets what the loop gets, and every other what an iteration gave.
  const isNonnegative = (from === 0 ? signs?.input : signs?.output) ?? false
  const iterations = Array.from({ length: to - from }, (_, index) => from + index)
  for (const outside of iterationsOf(loops)) {
    const steps = iterations.flatMap((iteration) => stepsOf(children[0], [...outside, iteration]))
    const passed = makeIdentity(draft, steps, isNonnegative)
    if ('impossible' in passed) return passed
    if (!passed.isExact || !isPlain(passed)) {
      return impossible(repeat, 'could only nearly be made to hand on what it gets, scaled and shifted')
    }
  }
  return draft.weights
}

function findRepeat(root: LayerBlueprint, path: string): LayerBlueprint {
  const repeats: LayerBlueprint[] = []
  const collect = (layer: LayerBlueprint): void => {
    if (layer.layer.kind === 'repeat') repeats.push(layer)
    layer.children.forEach(collect)
  }
  collect(root)
  const found = repeats.find((repeat) => repeat.path === path)
  if (found) return found
  const known = repeats.map((repeat) => repeat.path).join(', ')
  const remedy = known === '' ? 'The network has none.' : `Take one of ${known}.`
  throw new IsobathError('option', `path: expected that of a repeat, got ${path || 'nothing'}. ${remedy}`)
}
