/** The best linear autoencoder: the principal components of the standardized samples. */

import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { chain, dense, flatten } from '../network/layers.ts'
import { covarianceProducts, principalComponents } from '../numerics/principal-components.ts'
import { yieldToEventLoop } from '../support/yield-to-event-loop.ts'
import type { Weights } from '../training/evaluator.ts'

/** Most multiply-adds of a fit, which take about half a second in float64. */
const mostWork = 6e8
/** Fewest samples of a fit for each value of the code. */
const fewestSamples = 2

/** The number of values of the narrowest layer of a network, through which all information passes. */
export const codeOf = ({ root }: Blueprint): number => narrowest(root)

const narrowest = ({ output, children }: LayerBlueprint): number =>
  children.reduce((least, child) => Math.min(least, narrowest(child)), sizeOf(output))

/** The number of samples to fit, or 0 if a fit to enough samples would take longer than about half a second. */
export function samplesForCode(count: number, inputs: number, code: number): number {
  const samples = Math.min(count, Math.floor(mostWork / (2 * covarianceProducts * inputs * code)))
  return samples < Math.min(count, fewestSamples * code) ? 0 : samples
}

export interface LinearAutoencoder {
  readonly blueprint: Blueprint
  readonly weights: Weights
}

/** Fits the best linear autoencoder with a code of `code` values to the samples with the numbers `chosen`. */
export async function fitAutoencoder(
  { train, shape }: Dataset,
  chosen: Uint32Array,
  standardizer: Standardizer,
  code: number,
  abort?: AbortSignal,
): Promise<LinearAutoencoder> {
  const { size: width } = standardizer
  const values = new Float64Array(chosen.length * width)
  standardizer.fill(train, chosen, { array: values, offset: 0, stride: width })
  const pause = async (): Promise<void> => {
    await yieldToEventLoop()
    abort?.throwIfAborted()
  }
  const rows = { rows: chosen.length, width, values }
  const { mean, directions } = await principalComponents(rows, code, pause)
  const layers = [dense(code), dense(width)]
  const blueprint = createBlueprint(chain(...(shape.length > 1 ? [flatten()] : []), ...layers), shape)
  const shares = Float64Array.from({ length: code }, (_, index) => {
    const from = index * width
    return -mean.reduce((sum, value, column) => sum + value * directions[from + column], 0)
  })
  const back = directions.map((_, at) => directions[(at % code) * width + Math.floor(at / code)])
  const names = blueprint.parameters.map(({ name }) => name)
  return { blueprint, weights: new Map([directions, shares, back, mean].map((own, at) => [names[at], own])) }
}
