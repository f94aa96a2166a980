/** The repeated parts of a network: its loops, and stretches of equal layers that are written out in its chains. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { sameShape } from '../blueprint/shape.ts'
import { blocksOf, findRuns, holdsWeights } from './depth.ts'

interface AnyPart {
  /** Path of the repeat. For written-out copies, the path of the first copy's first layer. */
  readonly path: string
  /** Number of iterations of the repeat, or number of copies in the stretch of equal layers. */
  readonly times: number
  /** Number of blocks with weights in each iteration or copy. */
  readonly depth: number
}

export interface RepeatPart extends AnyPart {
  readonly kind: 'repeat'
  readonly repeat: LayerBlueprint
}

export interface RunPart extends AnyPart {
  readonly kind: 'run'
  readonly chain: LayerBlueprint
  /** Index of the first copy's first layer among the chain's layers. */
  readonly start: number
  /** Number of layers in each copy. */
  readonly length: number
}

export type RepeatedPart = RepeatPart | RunPart

/**
 * The repeated parts of a network, in the order in which a signal passes them. Iterations and copies can be removed one
 * by one, because the output of each has the shape of its input. A repeat within a repeat is no part of its own, unless
 * the outer repeat has a single iteration.
 */
export function repeatedParts(root: LayerBlueprint): RepeatedPart[] {
  return partsIn(root, true)
}

function partsIn(blueprint: LayerBlueprint, isWritten: boolean): RepeatedPart[] {
  const { layer, children } = blueprint
  if (!holdsWeights(layer)) return []
  if (layer.kind === 'residual') return partsIn(children[0], false)
  if (layer.kind === 'repeat') {
    return layer.times > 1 ? [repeatPart(blueprint, layer.times)] : partsIn(children[0], false)
  }
  if (layer.kind !== 'chain') return []
  const runs = isWritten ? runsOf(blueprint) : []
  return children.flatMap((child, index): RepeatedPart[] => {
    const run = runs.find(({ start, length, times }) => index >= start && index < start + length * times)
    if (run === undefined) return partsIn(child, isWritten)
    return index === run.start ? [run] : []
  })
}

function repeatPart(repeat: LayerBlueprint, times: number): RepeatPart {
  return { kind: 'repeat', path: repeat.path, times, depth: blocksOf(repeat.layer, false) / times, repeat }
}

function runsOf(chain: LayerBlueprint): RunPart[] {
  const { layer, children } = chain
  if (layer.kind !== 'chain') return []
  const keepsShape = (start: number, end: number): boolean => sameShape(children[start].input, children[end - 1].output)
  return findRuns(layer, keepsShape).map(({ start, length, copies }): RunPart => {
    const copy = layer.layers.slice(start, start + length)
    const depth = copy.reduce((sum, member) => sum + blocksOf(member, true), 0)
    return { kind: 'run', path: children[start].path, times: copies, depth, chain, start, length }
  })
}
