import { expect, it } from 'vitest'
import { activationNames } from '../network/activations.ts'
import { createRandom } from '../support/random.ts'
import { batchNormGrowth } from './batch-norm-growth.ts'
import { type ScalarFunction, scalarFunction } from './scalar-function.ts'

it('gradients grow by sqrt(pi / (pi - 1)) = 1.2111739 per ReLU, and not at all without an activation', () => {
  expect(batchNormGrowth('relu')).toBeCloseTo(Math.sqrt(Math.PI / (Math.PI - 1)), 14)
  expect(Number(batchNormGrowth('relu').toFixed(7))).toBe(1.2111739)
  expect(batchNormGrowth('identity')).toBe(1)
})

it.each(activationNames.filter((name) => name !== 'identity'))('gradients grow with %s', (name) => {
  expect(batchNormGrowth(name)).toBeGreaterThan(1)
})

const width = 128
const batch = 160
const depth = 9

/** Gives each row variance 1 and mean 0 over the batch, and returns the deviations of the rows. */
function normalize(rows: Float64Array): Float64Array {
  const deviations = new Float64Array(width)
  for (let unit = 0; unit < width; unit++) {
    const row = rows.subarray(unit * batch, (unit + 1) * batch)
    const mean = row.reduce((sum, value) => sum + value, 0) / batch
    const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / batch)
    for (let sample = 0; sample < batch; sample++) row[sample] = (row[sample] - mean) / deviation
    deviations[unit] = deviation
  }
  return deviations
}

function product(weights: Float64Array, rows: Float64Array, isTransposed: boolean): Float64Array {
  const result = new Float64Array(width * batch)
  for (let one = 0; one < width; one++) {
    for (let other = 0; other < width; other++) {
      const weight = weights[isTransposed ? other * width + one : one * width + other]
      for (let sample = 0; sample < batch; sample++) {
        result[one * batch + sample] += weight * rows[other * batch + sample]
      }
    }
  }
  return result
}

/** The growth per layer of gradients in a drawn network with batch norm, over the layers that are not the first two. */
function measuredGrowth(phi: ScalarFunction): number {
  const random = createRandom(3, 'batch norm', phi.name)
  const draw = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal())
  let rows = draw(width * batch)
  const layers = Array.from({ length: depth }, () => {
    const weights = draw(width * width)
    rows = product(weights, rows.map(phi.value), false)
    const deviations = normalize(rows)
    return { weights, normalized: rows, deviations }
  })
  let gradient = draw(width * batch)
  const norms: number[] = []
  for (const { weights, normalized, deviations } of layers.reverse()) {
    for (let unit = 0; unit < width; unit++) {
      const row = gradient.subarray(unit * batch, (unit + 1) * batch)
      const values = normalized.subarray(unit * batch, (unit + 1) * batch)
      const mean = row.reduce((sum, value) => sum + value, 0) / batch
      const along = row.reduce((sum, value, sample) => sum + value * values[sample], 0) / batch
      for (let sample = 0; sample < batch; sample++) {
        row[sample] = (row[sample] - mean - along * values[sample]) / deviations[unit]
      }
    }
    norms.push(Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0)))
    // The gradient with respect to the normalized values of the layer below.
    const below = layers[norms.length]
    if (below === undefined) break
    gradient = product(weights, gradient, true).map((value, place) => value * phi.derivative(below.normalized[place]))
  }
  return (norms[depth - 2] / norms[0]) ** (1 / (depth - 2))
}

it.each(['relu', 'tanh', 'gelu'] as const)('a drawn network with %s has the growth within 3 percent', (name) => {
  expect(Math.abs(measuredGrowth(scalarFunction(name)) / batchNormGrowth(name) - 1)).toBeLessThan(0.03)
})
