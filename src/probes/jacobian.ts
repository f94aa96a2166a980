/**
 * Measures how a network stretches its inputs: the singular values of the input-output Jacobian (Pennington et al.
 * 2017).
 */
import { type Backend, fillInput } from '../backends/backend.ts'
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { gradientGraph } from '../graph/programs.ts'
import { layerTraits } from '../network/layer-traits.ts'
import { singularValues } from '../numerics/linear-algebra.ts'
import type { Weights } from '../training/evaluator.ts'
import type { ProbeSamples } from './samples.ts'

/** Default number of samples whose Jacobian is computed. */
export const jacobianSamples = 8

export interface JacobianOptions {
  /** Number of samples whose Jacobian is computed, beginning with the first sample; 8 by default. */
  readonly count?: number
  /**
   * `AbortSignal` that stops the measurement between two passes. A stopped measurement throws the signal's `reason`.
   */
  readonly abort?: AbortSignal
}

/** The Jacobian spectrum of one sample. If all singular values are near 1, the network is dynamically isometric. */
export interface JacobianSpectrum {
  /**
   * The singular values of the Jacobian in descending order, one for each input or for each output, whichever are
   * fewer.
   */
  readonly singularValues: Float64Array
  readonly meanSquare: number
  readonly largest: number
  readonly smallest: number
}

/**
 * Largest number of outputs of a network whose Jacobian is computed. The computation of a Jacobian takes one pass for
 * each output, and memory for a square matrix with one row for each output.
 */
const mostOutputs = 1024

/**
 * Computes the exact singular values of the input-output Jacobian, with one backward pass for each output and the
 * samples as the batch. Returns null for networks with more than 1,024 outputs. Also returns null for networks with
 * batch norm: each output depends on all samples of the batch, so no sample has a Jacobian of its own.
 */
export async function jacobianSingularValues(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  weights: Weights,
  { count = jacobianSamples, abort }: JacobianOptions = {},
): Promise<readonly JacobianSpectrum[] | null> {
  const outputs = sizeOf(blueprint.output)
  if (outputs > mostOutputs || couplesSamples(blueprint.root)) return null
  const batch = Math.min(count, samples.count)
  const features = sizeOf(blueprint.input)
  const program = await backend.compile(gradientGraph(blueprint, { batch, loss: 'squared-error' }))
  try {
    for (const [name, values] of weights) program.upload(name, values)
    fillInput(program, 'x', 0, (rows) => samples.fill(rows, batch))
    await program.run(0, 1)
    const given = Float64Array.from(await program.download('outputs'))
    const jacobians = Array.from({ length: batch }, () => new Float64Array(outputs * features))
    for (let output = 0; output < outputs; output++) {
      abort?.throwIfAborted()
      const targets = targetsFor(given, outputs, output)
      program.upload('targets', targets)
      await program.run(0, 1)
      const gradient = Float64Array.from(await program.download('gradient.x'))
      jacobians.forEach((jacobian, sample) => {
        // With O outputs and B samples, the loss has the gradient 2 (y - t) / (O B) with respect to the selected
        // output. The gradient with respect to all other outputs is 0.
        const place = sample * outputs + output
        const factor = (outputs * batch) / (2 * (given[place] - targets[place]))
        const row = gradient.subarray(sample * features, (sample + 1) * features).map((value) => value * factor)
        jacobian.set(row, output * features)
      })
    }
    return jacobians.map((jacobian) => spectrumOf(singularValues(jacobian, outputs, features)))
  } finally {
    program.dispose()
  }
}

function couplesSamples({ layer, children }: LayerBlueprint): boolean {
  return layerTraits[layer.kind].couplesSamples || children.some(couplesSamples)
}

/**
 * Returns targets that equal the outputs, except for one selected output of each sample. The target of the selected
 * output is so far from the output that rounding hardly matters.
 */
function targetsFor(given: Float64Array, outputs: number, output: number): Float64Array {
  return given.map((value, place) => (place % outputs === output ? value - Math.max(1, Math.abs(value)) : value))
}

function spectrumOf(values: Float64Array): JacobianSpectrum {
  const meanSquare = values.reduce((sum, value) => sum + value ** 2 / values.length, 0)
  return { singularValues: values, meanSquare, largest: values[0], smallest: values[values.length - 1] }
}
