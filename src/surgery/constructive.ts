/**
 * The constructive solution: weights by which a deep network computes its shallow twin's function. It is why a deep
 * network's training error should be no higher than a shallow one's (He et al. 2015, section 1); with rectifiers the
 * layers are those of Chen et al. (2016, Net2DeeperNet).
 */
import type { Blueprint, LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluator.ts'
import { checkWeights } from '../training/weights.ts'
import { absorb } from './absorb.ts'
import { isPlain } from './encoding.ts'
import { makeIdentity } from './identity.ts'
import { type RepeatedPart, repeatedParts } from './parts.ts'
import { findSigns } from './signs.ts'
import { type Edit, type Impossible, impossible, iterationsOf, type LayerVisit, valuesAt, visitsOf } from './tensors.ts'
import type { Twin } from './twin.ts'

export interface Constructive {
  /** Of all the deep network's parameters, running statistics included. */
  readonly weights: Map<string, Float64Array>
  /** Exact: the twin's function to the last bit, where sums are taken in the same order. */
  readonly exactness: 'exact' | 'approximate'
}

/**
 * Weights of the deep network for which it computes, in evaluation mode, the twin's function with `shallowWeights`. What
 * the twin kept of each repeated part has the twin's weights, and the rest are identities (`makeIdentity`).
 *
 * Blocks with rectifiers, without activations, and residual ones are exact, batch norm included (with an epsilon below 1;
 * in float32 but for rounding, and in training mode, where it uses the batch's own statistics, not at all). With other
 * activations, or where a rectifier may get something negative, layers are used near a point where the activation is nearly
 * straight, and the next weights behind them undo the scale. In float64 that is the twin's function within 10^-9 of its
 * size at 60 layers, as long as no unit's value is beyond 10^4. In float32 rounding takes 10^-7 with tanh and erf, and up
 * to a fifth with the others.
 *
 * `impossible` says which layer can't be made part of an identity, and why. Throws an IsobathError `weights` where the
 * weights aren't the twin's, and `network` where the twin isn't one of this network.
 */
export function constructiveWeights(
  deep: Blueprint,
  twin: Twin,
  shallow: Blueprint,
  shallowWeights: Weights,
): Constructive | Impossible {
  checkWeights(shallow, shallowWeights)
  const parts = repeatedParts(deep.root)
  checkTwin(parts, twin)
  const edit: Edit = { weights: withKept(deep, shallow, shallowWeights), changed: new Set() }
  const signs = findSigns(deep.root)
  let isExact = true
  for (const [number, part] of parts.entries()) {
    const { kept } = twin.kept[number]
    const rest = leftOver(part, kept)
    if (rest.visits.length === 0) continue
    const passed = makeIdentity(edit, rest.visits, signs.get(rest.before)?.output ?? false)
    if ('impossible' in passed) return passed
    isExact &&= passed.isExact
    const refusal = isPlain(passed) ? undefined : absorb(edit, deep.root, rest.last, rest.outside, passed)
    if (refusal) return refusal
  }
  return untrained(deep, edit) ?? { weights: edit.weights, exactness: isExact ? 'exact' : 'approximate' }
}

function checkTwin(parts: readonly RepeatedPart[], { kept }: Twin): void {
  const expected = parts.map(({ path, times }) => `${times} of ${path}`).join(', ') || 'no repeated part'
  const found = kept.map(({ path, of }) => `${of} of ${path}`).join(', ')
  if (expected === found) return
  throw new IsobathError(
    'network',
    `twin: expected one of a network with ${expected}, got ${found}. Make it of this one.`,
  )
}

/** What was set and isn't trained: no training gets there. */
function untrained(deep: Blueprint, { changed }: Edit): Impossible | undefined {
  const isFixed = ({ role, trainable }: ParameterBlueprint) => !trainable && (role === 'weight' || role === 'bias')
  const find = (layer: LayerBlueprint): LayerBlueprint | undefined =>
    layer.parameters.some((one) => changed.has(one) && isFixed(one))
      ? layer
      : layer.children.map(find).find((found) => found !== undefined)
  const layer = find(deep.root)
  return layer && impossible(layer, "isn't trained, so that its weights stay what they start as")
}

/** The copies of a part that the twin doesn't have. */
interface LeftOver {
  readonly visits: readonly LayerVisit[]
  /** The layer whose output they get, which is also what later ones get. */
  readonly before: LayerBlueprint
  /** The last layer of the part, and the iteration of the loops around the part. */
  readonly last: LayerBlueprint
  readonly outside: readonly number[]
}

function leftOver(part: RepeatedPart, kept: number): LeftOver {
  const { times } = part
  if (part.kind === 'repeat') {
    const { repeat } = part
    // Parts are in loops of a single iteration at most.
    const outside = repeat.loops.map(() => 0)
    const blocks = Array.from({ length: times - kept }, (_, index) =>
      visitsOf(repeat.children[0], [...outside, kept + index]),
    )
    return { visits: blocks.flat(), before: repeat, last: repeat, outside }
  }
  const { chain, start, length } = part
  const outside = chain.loops.map(() => 0)
  const end = start + kept * length
  const copies = chain.children.slice(end, start + times * length)
  const last = chain.children[start + times * length - 1]
  return { visits: copies.flatMap((layer) => visitsOf(layer, outside)), before: chain.children[end - 1], last, outside }
}

/** What layers start with that have no weights of the twin: zeros, but norms that change nothing. */
const resting: ReadonlySet<ParameterRole> = new Set(['scale', 'runningVariance'])

/** The deep network's parameters with the twin's values where the twin has the layer and the iteration. */
function withKept(deep: Blueprint, shallow: Blueprint, weights: Weights): Map<string, Float64Array> {
  const known = new Map(shallow.parameters.map((parameter) => [parameter.name, parameter]))
  return new Map(
    deep.parameters.map((parameter) => {
      const values = new Float64Array(sizeOf(parameter.shape)).fill(resting.has(parameter.role) ? 1 : 0)
      const source = known.get(parameter.name)
      if (source === undefined) return [parameter.name, values]
      const given = Float64Array.from(weights.get(source.name) ?? [])
      for (const index of iterationsOf(source.loops)) {
        valuesAt(values, parameter, index).set(valuesAt(given, source, index))
      }
      return [parameter.name, values]
    }),
  )
}
