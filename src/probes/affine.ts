/** How far plain stages are from affine maps, and what the network loses when one is replaced by the best such map. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { selectSamples } from '../data/dataset.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { distance, fitRidge, type Matrix, rowsAt, spreadOf } from '../numerics/ridge.ts'
import { yieldToEventLoop } from '../support/yield-to-event-loop.ts'
import type { Weights } from '../training/evaluator.ts'
import { createScorer } from '../training/score.ts'
import { networkAfter, type TailNetwork } from './network-after.ts'
import { recordStages } from './recorded-stages.ts'
import type { ProbeSamples } from './samples.ts'
import { spread } from './spread.ts'
import { type Stage, stagesOf } from './stages.ts'

export interface AffineOptions {
  /** Stages whose map is fitted, spread evenly where there are more; 64 by default. */
  readonly fits?: number
  /** Of these, stages that are replaced; 12 by default. */
  readonly replaced?: number
  /** Throws its reason once it is aborted, between two passes. */
  readonly abort?: AbortSignal
}

/** In evaluation mode, on the samples that the maps weren't fitted on. */
export interface AffineReplacement {
  /** |y - Ax - b|^2 / |y - mean y|^2 by stage; NaN where the stage has a skip, is too wide, never varies or wasn't fitted. */
  readonly residual: readonly number[]
  /** The loss with the stage replaced by its map, Infinity where it isn't finite; NaN where it wasn't. */
  readonly loss: readonly number[]
  /** The loss with none replaced. */
  readonly whole: number
}

/** Maps of wider stages would need more samples than anyone looks at. */
const widest = 256
/** Of fewer samples no map can be told. */
const fewest = 4

/**
 * The map from the end of the stage before to the stage's own end, by ridge regression on every other sample; the remaining
 * network is run from what the map gives.
 */
export async function affineReplacement(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  weights: Weights,
  { fits = 64, replaced = 12, abort }: AffineOptions = {},
): Promise<AffineReplacement> {
  const stages = stagesOf(blueprint.root)
  const recording = await recordStages(blueprint, backend, samples, weights)
  try {
    const rows = Array.from({ length: recording.samples }, (_, row) => row)
    const fitting = rows.filter((row) => row % 2 === 0)
    const judging = rows.filter((row) => row % 2 === 1)
    const judged = selectSamples(samples.set, Uint32Array.from(judging))
    const lossOf = ({ values, width }: Matrix): number => {
      const scorer = createScorer(judged, samples.standardizer, samples.loss, width)
      scorer.add(values, 0)
      return scorer.finish().loss ?? Number.POSITIVE_INFINITY
    }
    const tableOf = (values: Float64Array): Matrix => ({
      rows: rows.length,
      width: values.length / rows.length,
      values,
    })
    const residual = stages.map(() => Number.NaN)
    const loss = stages.map(() => Number.NaN)
    if (rows.length < fewest) return { residual, loss, whole: Number.NaN }
    const known = someOf(plainStages(blueprint, stages), fits)
    const measured = new Set(someOf(known, replaced))
    for (const stage of known) {
      await yieldToEventLoop()
      abort?.throwIfAborted()
      const { end } = stages[stage]
      const before = tableOf(stage === 0 ? recording.inputs : await recording.output(stages[stage - 1].end))
      const after = tableOf(await recording.output(end))
      const given = fitRidge(rowsAt(before, fitting), rowsAt(after, fitting))(rowsAt(before, judging))
      const wanted = rowsAt(after, judging)
      const variation = spreadOf(wanted)
      if (variation > 0) residual[stage] = (distance(given, wanted) / variation) ** 2
      if (!measured.has(stage)) continue
      const rest = networkAfter(blueprint, end, weights)
      loss[stage] = lossOf(rest ? await runFrom(rest, backend, given) : given)
    }
    return { residual, loss, whole: lossOf(rowsAt(tableOf(recording.outputs), judging)) }
  } finally {
    recording.dispose()
  }
}

const someOf = (stages: readonly number[], most: number): number[] =>
  spread(stages.length, most).map((index) => stages[index])

/** The numbers of those without a skip that aren't too wide. */
function plainStages({ input }: Blueprint, stages: readonly Stage[]): number[] {
  const widths = [input, ...stages.map(({ end }) => end.layer.output)].map(sizeOf)
  return [...stages.keys()].filter(
    (stage) => !stages[stage].skips && Math.max(widths[stage], widths[stage + 1]) <= widest,
  )
}

async function runFrom({ blueprint, weights }: TailNetwork, backend: Backend, inputs: Matrix): Promise<Matrix> {
  const program = await backend.compile(evaluationGraph(blueprint, { batch: inputs.rows }))
  try {
    for (const [name, values] of weights) program.upload(name, values)
    program.upload('x', inputs.values)
    await program.run(0, 1)
    return {
      rows: inputs.rows,
      width: sizeOf(blueprint.output),
      values: Float64Array.from(await program.download('outputs')),
    }
  } finally {
    program.dispose()
  }
}
