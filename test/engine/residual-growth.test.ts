/**
 * The growth of a signal through the residual blocks of dense networks at random weights. Recursions for infinite width
 * give the expected growth.
 *
 * With He's weights (variance 2/fanIn), an input of mean square q gives weighted sums of variance 2q, and a ReLU of
 * these sums has the mean square q and the mean sqrt(q/pi).
 */
import { describe, expect, it } from 'vitest'
import type { LayerBlueprint } from '../../src/blueprint/blueprint.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { sizeOf } from '../../src/blueprint/shape.ts'
import { parseNetwork } from '../../src/network/presets.ts'
import { createRandom } from '../../src/support/random.ts'

/**
 * The mean square of x + m relu(W x) after `branches` blocks, over the mean square before the first block. The input of
 * the first block is a ReLU itself, so its units have the mean sqrt(q/pi). The means of all branches are positive and
 * add up.
 */
function growthOfPost(multiplier: number, branches: number): number {
  let [square, mean] = [1, 1 / Math.sqrt(Math.PI)]
  for (let branch = 0; branch < branches; branch++) {
    const added = Math.sqrt(square / Math.PI)
    square += 2 * multiplier * mean * added + multiplier ** 2 * square
    mean += multiplier * added
  }
  return square
}

/** The mean square of x + m W relu(x). Branches of mean zero add m^2 q to the mean square q. */
const growthOfPre = (multiplier: number, branches: number): number => (1 + multiplier ** 2) ** branches

/** The mean square of x + m W2 relu(W1 x). The weights W2 double the mean square that the ReLU leaves. */
const growthOfTwoLayer = (multiplier: number, branches: number): number => (1 + 2 * multiplier ** 2) ** branches

/**
 * The mean square of the units after the loop `hidden`, over that before the loop, at random weights. The values are
 * computed here with plain loops, layer by layer.
 */
function measuredGrowth(text: string, width: number, seed: number): number {
  const blueprint = createBlueprint(parseNetwork(`${text},width=${width}`, { classes: 2, input: [width] }), [width])
  const weights = initialize(blueprint, seed)
  const random = createRandom(seed, 'inputs')
  let before = 0
  let after = 0

  const dense = (layer: LayerBlueprint, iteration: number, x: Float64Array): Float64Array => {
    const matrix = layer.parameters.find(({ role }) => role === 'weight')
    const values = matrix && weights.get(matrix.name)
    if (values === undefined) throw new Error(`${layer.path} has no weights`)
    const outputs = new Float64Array(sizeOf(layer.output))
    for (let unit = 0; unit < outputs.length; unit++) {
      const start = (iteration * outputs.length + unit) * x.length
      for (let place = 0; place < x.length; place++) outputs[unit] += values[start + place] * x[place]
    }
    return outputs
  }
  const pass = (layer: LayerBlueprint, iteration: number, x: Float64Array): Float64Array => {
    const { layer: self, children, path } = layer
    switch (self.kind) {
      case 'chain':
        return children.reduce((values, child) => pass(child, iteration, values), x)
      case 'repeat': {
        if (path === 'hidden') before += meanSquare(x)
        let values = x
        for (let index = 0; index < self.times; index++) values = pass(children[0], index, values)
        if (path === 'hidden') after += meanSquare(values)
        return values
      }
      case 'residual': {
        const branch = pass(children[0], iteration, x)
        const { multiplier } = self
        return x.map((value, unit) => value + Number(multiplier) * branch[unit])
      }
      case 'dense':
        return dense(layer, iteration, x)
      case 'activation':
        return x.map((value) => Math.max(0, value))
      default:
        throw new Error(`${path} is not expected`)
    }
  }
  for (let sample = 0; sample < 3; sample++) {
    pass(
      blueprint.root,
      0,
      new Float64Array(width).map(() => random.normal()),
    )
  }
  return after / before
}

const meanSquare = (values: Float64Array): number => values.reduce((sum, value) => sum + value ** 2, 0) / values.length

describe('the growth of the mean square through 60 layers of width 400', () => {
  const depth = 60
  const named = { '1/L': 1 / depth, '1/sqrt(L)': 1 / Math.sqrt(depth) }

  it('has the values of the recursions for infinite width', () => {
    expect(growthOfPost(named['1/L'], depth - 1)).toBeCloseTo(2.2258497, 8)
    expect(growthOfPost(named['1/sqrt(L)'], depth - 1)).toBeCloseTo(3550.26586, 5)
    // The growth of branches of mean zero stays below e at any depth, because (1 + 1/L)^L < e.
    for (const layers of [10, 60, 1000]) {
      expect(growthOfPre(1 / Math.sqrt(layers), layers - 1)).toBeLessThan(Math.E)
      expect(growthOfTwoLayer(1 / Math.sqrt(layers), Math.floor((layers - 1) / 2))).toBeLessThan(Math.E)
    }
    expect(growthOfPre(named['1/sqrt(L)'], depth - 1)).toBeCloseTo(2.6517739, 6)
  })

  it.each([
    ['post', '1/L', growthOfPost(named['1/L'], depth - 1)],
    ['post', '1/sqrt(L)', growthOfPost(named['1/sqrt(L)'], depth - 1)],
    ['pre', '1/sqrt(L)', growthOfPre(named['1/sqrt(L)'], depth - 1)],
    ['two-layer', '1/sqrt(L)', growthOfTwoLayer(named['1/sqrt(L)'], (depth - 2) / 2)],
  ])('of the block %s with the multiplier %s is that of the recursion within 15%%', (block, multiplier, expected) => {
    const text = `residual-mlp:depth=${depth},block=${block},multiplier=${multiplier}`
    const measured = [1, 2].map((seed) => measuredGrowth(text, 400, seed))
    const mean = measured.reduce((sum, value) => sum + Math.log(value), 0) / measured.length
    expect(Math.abs(Math.exp(mean) / expected - 1)).toBeLessThan(0.15)
  })
})
