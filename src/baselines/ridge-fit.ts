/** Linear models of values for small data sets: ridge regression in float64. */
import { type Dataset, outputsOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { fitRidge, type Matrix } from '../numerics/ridge.ts'
import type { LinearMap } from './linear-map.ts'

/** Most multiply-adds of a ridge regression, which take about half a second in float64. */
const mostWork = 5e8
/** Number of fits of `fitRidge`: one for each penalty, and the last one. */
const fits = 7

/** Whether a ridge regression of `samples` rows takes less than about half a second. */
export function isRidgeFast(samples: number, inputs: number, outputs: number): boolean {
  const [less, more] = samples < inputs ? [samples, inputs] : [inputs, samples]
  const gram = (less * less * more) / 2
  const factor = less ** 3 / 6
  return fits * (gram + factor + samples * inputs * outputs) <= mostWork
}

/**
 * Fits a ridge regression to the training samples with the numbers `chosen`. A held-out quarter of the samples chooses
 * the penalty. The numbers must be in random order, so that the quarter is a random part. Inputs and outputs of the map
 * are standardized.
 */
export function fitByRidge({ train, ...data }: Dataset, chosen: Uint32Array, standardizer: Standardizer): LinearMap {
  const rowsOf = (width: number, fill: Standardizer['fill']): Matrix => {
    const values = new Float64Array(chosen.length * width)
    fill(train, chosen, { array: values, offset: 0, stride: width })
    return { rows: chosen.length, width, values }
  }
  const inputs = rowsOf(standardizer.size, standardizer.fill)
  const targets = rowsOf(outputsOf({ ...data, train }), standardizer.fillTargets)
  return coefficientsOf(fitRidge(inputs, targets), standardizer.size)
}

/** Reads the coefficients of an affine map from the images of 0 and of the unit vectors. */
function coefficientsOf(map: ReturnType<typeof fitRidge>, inputs: number): LinearMap {
  const units = new Float64Array((inputs + 1) * inputs)
  for (let input = 0; input < inputs; input++) units[(input + 1) * inputs + input] = 1
  const { values, width: outputs } = map({ rows: inputs + 1, width: inputs, values: units })
  const biases = values.slice(0, outputs)
  const matrix = Float64Array.from({ length: outputs * inputs }, (_, index) => {
    const [output, input] = [Math.floor(index / inputs), index % inputs]
    return values[(input + 1) * outputs + output] - biases[output]
  })
  return { matrix, biases }
}
