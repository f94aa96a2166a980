/** How large the values in a network are, layer by layer: one forward pass with every layer's output tapped. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Samples } from '../data/dataset.ts'
import type { Standardiser } from '../data/standardise.ts'
import { evaluationGraph } from '../graph/programs.ts'
import type { Weights } from './evaluate.ts'

export interface LayerSignal {
  /** The layer's path, with the iteration in brackets where it is repeated: `hidden[12]`. */
  readonly layer: string
  /** Mean over samples and units of the output's square; Infinity or NaN where it isn't finite. */
  readonly meanSquare: number
}

export interface Signal {
  /** `vanishes` or `explodes`: some layer's mean square is 10^12 times below or above the first layer's, or isn't finite. */
  readonly verdict: 'steady' | 'vanishes' | 'explodes'
  /** The first layer where that is so; null when steady. */
  readonly layer: string | null
  /** That layer's place among all, counted from 1, and their number. */
  readonly position: number | null
  readonly layers: number
  readonly first: number
  readonly last: number
}

const probeSamples = 32
const limit = 1e12

/** The parts a signal passes one after the other: the root's layers and the blocks of its loops, shortcuts left aside. */
function isStage(root: LayerBlueprint): (blueprint: LayerBlueprint) => boolean {
  const stages = new Set<LayerBlueprint>()
  const visit = (blueprint: LayerBlueprint): void => {
    if (blueprint.layer.kind === 'chain') blueprint.children.forEach(visit)
    else if (blueprint.layer.kind === 'repeat') stages.add(blueprint.children[0])
    else if (blueprint.layer.kind !== 'flatten') stages.add(blueprint)
  }
  visit(root)
  return (blueprint) => stages.has(blueprint)
}

/** Mean squares in the order in which the signal passes; batch norm uses the batch's own statistics. */
export async function measureSignal(
  blueprint: Blueprint,
  backend: Backend,
  weights: Weights,
  samples: Samples,
  standardiser: Standardiser,
): Promise<LayerSignal[]> {
  const batch = Math.min(probeSamples, samples.count)
  const taps = isStage(blueprint.root)
  const program = await backend.compile(evaluationGraph(blueprint, { batch, batchStatistics: batch > 1, taps }))
  try {
    for (const [name, values] of weights) program.write(name, values)
    standardiser.fill(
      samples,
      Uint32Array.from({ length: batch }, (_, row) => row),
      program.inputRows('x', 0),
    )
    await program.run(0, 1)
    return program.graph.outputs
      .filter(({ name }) => name.startsWith('tap.'))
      .flatMap(({ name, value }) => {
        const path = name.slice('tap.'.length)
        const size = sizeOf(value.shape.slice(-2))
        const values = program.read(name)
        return Array.from({ length: values.length / size }, (_, iteration) => {
          const part = values.subarray(iteration * size, (iteration + 1) * size)
          const sum = part.reduce((total, element) => total + element * element, 0)
          const layer = value.shape.length > 2 ? `${path}[${iteration}]` : path
          return { layer, meanSquare: sum / size }
        })
      })
  } finally {
    program.dispose()
  }
}

export function judgeSignal(layers: readonly LayerSignal[]): Signal {
  const first = layers[0]?.meanSquare ?? 0
  const last = layers[layers.length - 1]?.meanSquare ?? 0
  const facts = { layers: layers.length, first, last }
  for (const [index, { layer, meanSquare }] of layers.entries()) {
    if (!Number.isFinite(meanSquare) || meanSquare > first * limit) {
      return { verdict: 'explodes', layer, position: index + 1, ...facts }
    }
    if (meanSquare < first / limit) return { verdict: 'vanishes', layer, position: index + 1, ...facts }
  }
  return { verdict: 'steady', layer: null, position: null, ...facts }
}

/** What stands out about the signal, in words; null when it is steady. */
export function describeSignal({ verdict, layer, position, layers, first, last }: Signal): string | null {
  if (verdict === 'steady') return null
  const sizes = `its mean square is ${size(first)} after the first layer and ${size(last)} after the last`
  return `the signal ${verdict} by layer ${position} of ${layers} (${layer}): ${sizes}`
}

function size(value: number): string {
  if (!Number.isFinite(value)) return 'beyond the range of float32'
  return value === 0 ? 'below the range of float32' : value.toPrecision(3)
}
