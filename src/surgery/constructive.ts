/**
 * The constructive solution: weights with which a deep network computes the function of its shallow twin. Because the
 * constructive solution exists, a deep network's training error should be no higher than a shallow network's (He et al.
 * 2015, section 1). With rectifiers, the identity layers are those of Chen et al. (2016, Net2DeeperNet).
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
  /** Values of all parameters of the deep network by name, including running statistics. */
  readonly weights: Map<string, Float64Array>
  /**
   * `exact` if the deep network's function equals the twin's function to the last bit, provided that sums are taken in
   * the same order.
   */
  readonly exactness: 'exact' | 'approximate'
}

/**
 * Weights with which the deep network computes, in evaluation mode, the twin's function with `shallowWeights`. Loop
 * iterations and copies of layers that the twin also has get the twin's weights. The iterations and copies that the
 * twin lacks become identities (`makeIdentity`).
 *
 * The constructive solution is exact for blocks with rectifiers, for blocks without activations, and for residual
 * blocks. In float64, batch norm with an epsilon below 1 is exactly an identity too. In float32, batch norm is an
 * identity up to rounding. In training mode, batch norm is no identity, because it uses the statistics of the batch.
 *
 * Activations that are no rectifiers, and rectifiers whose input may be negative, are used near their operating points,
 * where activations are nearly straight. The layer of weights after such an activation undoes the scale of the signal.
 * In float64 at 60 layers, the deep network's outputs equal the twin's outputs within 10^-9 of their size, if no unit's
 * value exceeds 10^4. In float32, rounding changes the deep network's outputs by 10^-7 of their size with tanh and erf,
 * and by up to a fifth with the other activations.
 *
 * Returns `impossible` with the layer that can't be part of an identity, and the reason. Throws a `weights` error if
 * the weights don't belong to the twin, and a `network` error if the twin wasn't made from the deep network.
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
  const expected = parts.map(({ path, times }) => `${times} x ${path}`).join(', ') || 'no repeated part'
  const found = kept.map(({ path, of }) => `${of} x ${path}`).join(', ')
  if (expected === found) return
  throw new IsobathError(
    'network',
    `twin: expected the twin of a network with ${expected}, got ${found}. Make the twin from this network.`,
  )
}

/** The reason why no training can reach the constructive solution, if the solution sets weights that aren't trained. */
function untrained(deep: Blueprint, { changed }: Edit): Impossible | undefined {
  const isFixed = ({ role, trainable }: ParameterBlueprint) => !trainable && (role === 'weight' || role === 'bias')
  const find = (layer: LayerBlueprint): LayerBlueprint | undefined =>
    layer.parameters.some((one) => changed.has(one) && isFixed(one))
      ? layer
      : layer.children.map(find).find((found) => found !== undefined)
  const layer = find(deep.root)
  return layer && impossible(layer, "the layer isn't trained, so its weights stay at their initial values")
}

/** The iterations or copies of a repeated part that the twin doesn't have. */
interface LeftOver {
  readonly visits: readonly LayerVisit[]
  /**
   * The layer whose output enters the copies that the twin lacks: the repeat itself, or the last layer of the copies
   * that the twin has. The copies that the twin lacks become identities, so all of them get the same input.
   */
  readonly before: LayerBlueprint
  /** The last layer of the repeated part. */
  readonly last: LayerBlueprint
  /** The iteration of each loop around the repeated part. */
  readonly outside: readonly number[]
}

function leftOver(part: RepeatedPart, kept: number): LeftOver {
  const { times } = part
  if (part.kind === 'repeat') {
    const { repeat } = part
    // All loops around a repeated part have a single iteration.
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

/**
 * Roles of the parameters that start at 1 in layers that the twin doesn't have, so that the norms of these layers
 * change nothing. Parameters with other roles start at 0 in layers that the twin doesn't have.
 */
const resting: ReadonlySet<ParameterRole> = new Set(['scale', 'runningVariance'])

/** Values of the deep network's parameters, copied from the twin for the layers and iterations that the twin has. */
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
