/** Tests of convolutions with delta-orthogonal weights on images (Xiao et al. 2018). */
import { describe, expect, test } from 'vitest'
import { deltaOrthogonal, gaussian } from '../network/initializers.ts'
import { conv, dense } from '../network/layers.ts'
import type { Initializer } from '../network/network.ts'
import { createRandom } from '../support/random.ts'
import { createBlueprint } from './create.ts'
import { initialize } from './initialize.ts'

const side = 5

interface Kernel {
  readonly weights: Float64Array
  readonly inputs: number
  readonly outputs: number
  readonly kernel: number
}

function kernelOf(init: Initializer, outputs: number, inputs: number, kernel: number): Kernel {
  const blueprint = createBlueprint(conv(outputs, { kernel, init, padding: 'circular' }), [inputs, side, side])
  return { weights: initialize(blueprint, 5).get('conv1.weight') ?? new Float64Array(), inputs, outputs, kernel }
}

/** The convolution of x [inputs, side, side] with circular borders, by the definition. */
function convolve({ weights, inputs, outputs, kernel }: Kernel, x: Float64Array): Float64Array {
  const y = new Float64Array(outputs * side * side)
  const before = Math.floor((kernel - 1) / 2)
  const around = (place: number) => (place + side) % side
  for (let out = 0; out < outputs; out++) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        for (let channel = 0; channel < inputs; channel++) {
          for (let dy = 0; dy < kernel; dy++) {
            for (let dx = 0; dx < kernel; dx++) {
              const weight = weights[((out * inputs + channel) * kernel + dy) * kernel + dx]
              const [from, at] = [around(row + dy - before), around(column + dx - before)]
              y[(out * side + row) * side + column] += weight * x[(channel * side + from) * side + at]
            }
          }
        }
      }
    }
  }
  return y
}

function image(channels: number, seed: number): Float64Array {
  const random = createRandom(seed, 'image')
  return Float64Array.from({ length: channels * side * side }, () => random.normal())
}

const norm = (values: Iterable<number>) => Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0))

/** The values of all channels at one position. */
const column = (x: Float64Array, position: number) => x.filter((_, index) => index % (side * side) === position)

describe('the norms of images:', () => {
  test.each([
    [8, 8, 3],
    [12, 5, 3],
    [6, 6, 1],
    [6, 6, 2],
    [7, 7, 5],
  ])(
    'a delta-orthogonal convolution gives |Wx| = gain |x| with %i output channels, %i input channels and kernel side %i',
    (outputs, inputs, kernel) => {
      for (const gain of [1, 0.5, Math.sqrt(1.05)]) {
        const x = image(inputs, kernel)
        const y = convolve(kernelOf(deltaOrthogonal(gain), outputs, inputs, kernel), x)
        expect(norm(y) / norm(x)).toBeCloseTo(gain, 12)
        for (let position = 0; position < side * side; position++) {
          expect(norm(column(y, position)) / norm(column(x, position))).toBeCloseTo(gain, 12)
        }
      }
    },
  )

  test('a delta-orthogonal convolution preserves angles if input and output have equally many channels', () => {
    const kernel = kernelOf(deltaOrthogonal(2), 9, 9, 3)
    const [one, other] = [image(9, 1), image(9, 2)]
    const product = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, index) => sum + value * y[index], 0)
    expect(product(convolve(kernel, one), convolve(kernel, other)) / (4 * product(one, other))).toBeCloseTo(1, 12)
  })

  test('a delta-orthogonal convolution with fewer output channels has orthonormal rows and increases no length', () => {
    const kernel = kernelOf(deltaOrthogonal(), 3, 8, 3)
    const x = image(8, 4)
    expect(norm(convolve(kernel, x))).toBeLessThan(norm(x))
    const rows = Array.from({ length: 3 }, (_, out) => kernel.weights.subarray(out * 72, (out + 1) * 72))
    for (const row of rows) expect(norm(row)).toBeCloseTo(1, 12)
  })
})

test('a delta-orthogonal kernel is zero except at its center', () => {
  const { weights } = kernelOf(deltaOrthogonal(), 4, 4, 3)
  for (const [index, value] of weights.entries()) expect(value === 0).toBe(index % 9 !== 4)
})

test('delta-orthogonal weights have the variance sw2/fanIn with sw2 = gain^2, like gaussian weights', () => {
  const sw2 = 1.7
  const meanSquare = (init: Initializer) => norm(kernelOf(init, 40, 40, 3).weights) ** 2 / (40 * 40 * 9)
  expect((meanSquare(deltaOrthogonal(Math.sqrt(sw2))) * 40 * 9) / sw2).toBeCloseTo(1, 12)
  expect((meanSquare(gaussian({ sw2 })) * 40 * 9) / sw2).toBeCloseTo(1, 1)
})

test('the biases of a delta-orthogonal convolution have the variance sb2', () => {
  const values = initialize(createBlueprint(conv(4000, { init: deltaOrthogonal(1, 0.05) }), [1, 1, 1]), 1)
  expect(norm(values.get('conv1.bias') ?? []) ** 2 / 4000).toBeCloseTo(0.05, 2)
})

test('a dense layer with delta-orthogonal weights has an orthogonal matrix times the gain', () => {
  const values = initialize(createBlueprint(dense(6, { init: deltaOrthogonal(3) }), [6]), 1).get('dense1.weight') ?? []
  expect(norm(values)).toBeCloseTo(3 * Math.sqrt(6), 12)
})

test('the delta-orthogonal kernels of ten thousand layers all differ', () => {
  const init = deltaOrthogonal()
  const layers = 10_000
  const blueprint = createBlueprint({ kind: 'repeat', times: layers, block: conv(4, { init, bias: false }) }, [
    4,
    side,
    side,
  ])
  const weights = initialize(blueprint, 1).get('repeat1.conv1.weight') ?? new Float64Array()
  const size = 4 * 4 * 9
  const firsts = new Set(Array.from({ length: layers }, (_, layer) => weights[layer * size + 4]))
  expect(firsts.size).toBe(layers)
  for (const layer of [0, 5000, 9999])
    expect(norm(weights.subarray(layer * size, (layer + 1) * size))).toBeCloseTo(2, 12)
})
