/**
 * Measures how far stages without a skip connection are from affine maps, and the loss of the network with a stage
 * replaced by its best affine map.
 */
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
  /**
   * Largest number of stages to which an affine map is fitted, 64 by default. If the network has more stages than
   * `fits`, the fitted stages are evenly spread.
   */
  readonly fits?: number
  /** Largest number of stages that are replaced by their fitted affine map, 12 by default. */
  readonly replaced?: number
  /**
   * `AbortSignal` that stops the measurement between two passes. A stopped measurement throws the signal's `reason`.
   */
  readonly abort?: AbortSignal
}

/** Residuals and losses of affine maps, in evaluation mode, on the samples that were not used to fit the maps. */
export interface AffineReplacement {
  /**
   * The residual |y - Ax - b|^2 / |y - mean y|^2 of the affine map fitted to each stage. The residual is NaN if the
   * stage has a skip, is wider than 256, has constant outputs, or was not selected for a fit.
   */
  readonly residual: readonly number[]
  /**
   * The loss of the network with each stage replaced by its affine map. A loss that is not finite is Infinity, and the
   * loss of a stage that was not replaced is NaN.
   */
  readonly loss: readonly number[]
  /** The loss of the network without any replacement. */
  readonly whole: number
}

/**
 * Largest width of a stage to which an affine map is fitted. The fit of a stage wider than 256 would need more samples
 * than a diagnosis takes.
 */
const widest = 256
/** Smallest number of samples for which an affine map can be fitted and evaluated. */
const fewest = 4

/**
 * Fits an affine map from the end of the previous stage to the end of each selected stage, by ridge regression on every
 * other sample. Some stages are then replaced by their fitted map, so that the later stages take the outputs of the map
 * as inputs. All results are NaN for fewer than 4 samples.
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

/** The indices of stages that have no skip and are at most `widest` wide. */
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
