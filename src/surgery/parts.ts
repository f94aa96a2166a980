/** The repeated parts of a network: its loops, and the copies that are written out in its chains. */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { sameShape } from '../blueprint/shape.ts'
import { blocksOf, findRuns, holdsWeights } from './depth.ts'

interface AnyPart {
  /** The repeat's path; of written-out copies, the path of their first layer. */
  readonly path: string
  /** Iterations, or copies. */
  readonly times: number
  /** Blocks with weights in each. */
  readonly depth: number
}

export interface RepeatPart extends AnyPart {
  readonly kind: 'repeat'
  readonly repeat: LayerBlueprint
}

export interface RunPart extends AnyPart {
  readonly kind: 'run'
  readonly chain: LayerBlueprint
  /** The first copy's first layer among the chain's, and the layers of each copy. */
  readonly start: number
  readonly length: number
}

export type RepeatedPart = RepeatPart | RunPart

/**
 * In the order in which a signal passes them. Copies may be taken away one by one: each gives the shape that it is
 * given. A repeat within a repeat belongs to the outer one, unless that has a single iteration.
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
