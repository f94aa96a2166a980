import { describe, expect, test } from 'vitest'
import {
  gaussian,
  glorot,
  hardtMa,
  he,
  identityInit,
  lecun,
  normal,
  orthogonal,
  sparse,
  zeros,
} from '../network/initializers.ts'
import { batchNorm, chain, conv, dense, relu, repeat, residual } from '../network/layers.ts'
import type { Initializer, Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { createBlueprint } from './create.ts'
import { initialize } from './initialize.ts'

function valuesOf(network: Network, input: number, name: string, seed = 1): number[] {
  return [...(initialize(createBlueprint(network, [input]), seed).get(name) ?? [])]
}

const weights = (init: Initializer, fanIn: number, fanOut: number) =>
  valuesOf(dense(fanOut, { init }), fanIn, 'dense1.weight')

const meanSquare = (values: number[]) => values.reduce((sum, value) => sum + value * value, 0) / values.length
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('the variance of initial values:', () => {
  const fanIn = 300
  const fanOut = 200
  // With 60,000 weights, the sample variance of a gaussian is within 3% of the variance in all but one draw in a
  // million.
  test.each<[string, Initializer, number]>([
    ['he', he(), 2 / fanIn],
    ['he with a gain', he(1.5), (2 / fanIn) * 1.5 ** 2],
    ['glorot', glorot(), 2 / (fanIn + fanOut)],
    ['glorot with a gain', glorot(0.5), (2 / (fanIn + fanOut)) * 0.5 ** 2],
    ['lecun', lecun(), 1 / fanIn],
    ['gaussian', gaussian({ sw2: 1.7, sb2: 0.05 }), 1.7 / fanIn],
    ['orthogonal', orthogonal(2), 4 / fanIn],
    ['sparse', sparse({ deviation: 3 }), (9 * 15) / fanIn],
    ['he by fan-out', he(1, 'out'), 2 / fanOut],
    ['normal', normal(0.5), 0.25],
    ['hardtMa', hardtMa(), 1 / fanOut ** 2],
  ])('weights of the initializer "%s" have the expected variance', (_name, init, expected) => {
    const values = weights(init, fanIn, fanOut)
    expect(values).toHaveLength(fanIn * fanOut)
    expect(Math.abs(meanSquare(values) / expected - 1)).toBeLessThan(0.06)
    expect(Math.abs(mean(values)) / Math.sqrt(expected)).toBeLessThan(0.025)
  })

  test('weights of glorot are uniform and stay within the limit sqrt(6 / (fanIn + fanOut))', () => {
    const limit = Math.sqrt(6 / (fanIn + fanOut))
    const largest = Math.max(...weights(glorot(), fanIn, fanOut).map(Math.abs))
    expect(largest).toBeLessThanOrEqual(limit)
    expect(largest).toBeGreaterThan(0.999 * limit)
  })

  test('biases are zero unless the initializer has sb2', () => {
    const biases = (init: Initializer) => valuesOf(dense(20_000, { init }), 1, 'dense1.bias')
    expect(biases(he()).every((value) => value === 0)).toBe(true)
    expect(meanSquare(biases(gaussian({ sw2: 1, sb2: 0.05 })))).toBeCloseTo(0.05, 2)
  })
})

describe('the structure of initial values:', () => {
  /**
   * Largest deviation of the inner products of rows, or of columns if there are fewer columns, from the identity
   * matrix.
   */
  function distanceFromOrthonormal(matrix: number[], rows: number, columns: number): number {
    const byRow = rows <= columns
    const count = Math.min(rows, columns)
    const length = Math.max(rows, columns)
    const entry = (vector: number, place: number) => matrix[byRow ? vector * columns + place : place * columns + vector]
    let worst = 0
    for (let one = 0; one < count; one++) {
      for (let other = 0; other <= one; other++) {
        let product = one === other ? -1 : 0
        for (let place = 0; place < length; place++) product += entry(one, place) * entry(other, place)
        worst = Math.max(worst, Math.abs(product))
      }
    }
    return worst
  }

  test.each([
    [64, 64],
    [40, 90],
    [90, 40],
    [1, 7],
    [7, 1],
    [1, 1],
  ])('an orthogonal %i x %i matrix has orthonormal rows or columns', (rows, columns) => {
    const matrix = weights(orthogonal(), columns, rows)
    expect(distanceFromOrthonormal(matrix, rows, columns)).toBeLessThan(1e-12)
  })

  test('an orthogonal 1 x 1 matrix is as often -1 as 1', () => {
    const signs = valuesOf(repeat(1000, dense(1, { init: orthogonal() })), 1, 'repeat1.dense1.weight')
    expect(new Set(signs)).toEqual(new Set([-1, 1]))
    expect(Math.abs(mean(signs))).toBeLessThan(0.15)
  })

  test('the initializer identity has the gain on the diagonal, and the initializer zeros has only zeros', () => {
    expect(weights(identityInit(0.5), 3, 2)).toEqual([0.5, 0, 0, 0, 0.5, 0])
    expect(weights(identityInit(), 2, 3)).toEqual([1, 0, 0, 1, 0, 0])
    expect(weights(zeros(), 2, 2)).toEqual([0, 0, 0, 0])
  })

  test('each unit of sparse weights has 15 inputs at random places, or all inputs if there are fewer', () => {
    const inputs = 100
    const rows = (values: number[]) =>
      Array.from({ length: 50 }, (_, unit) => values.slice(unit * inputs, (unit + 1) * inputs))
    const used = rows(weights(sparse(), inputs, 50)).map((row) =>
      row.flatMap((value, input) => (value === 0 ? [] : [input])),
    )
    expect(new Set(used.map((row) => row.length))).toEqual(new Set([15]))
    expect(new Set(used.flat()).size).toBeGreaterThan(95)
    expect(weights(sparse(), 9, 4).every((value) => value !== 0)).toBe(true)
  })

  test('the fans of a convolution are its channels times the positions of its kernel', () => {
    const weightsOf = (init: Initializer) => {
      const blueprint = createBlueprint(conv(60, { kernel: 3, init }), [40, 5, 5])
      return [...(initialize(blueprint, 1).get('conv1.weight') ?? [])]
    }
    const near = (init: Initializer, variance: number) =>
      expect(meanSquare(weightsOf(init)) / variance).toBeCloseTo(1, 1)
    near(he(), 2 / 360)
    near(he(1, 'out'), 2 / 540)
    near(glorot(), 2 / 900)
    near(gaussian({ sw2: 3 }), 3 / 360)
    // In Hardt & Ma (2017), the standard deviation and not the variance is 1/(k^2 c) with c output channels.
    near(hardtMa(), 1 / 540 ** 2)
    const identity = weightsOf(identityInit(0.5))
    expect(identity.flatMap((value, index) => (value === 0 ? [] : [index])).slice(0, 3)).toEqual([
      4,
      360 + 13,
      720 + 22,
    ])
    const orthonormal = weightsOf(orthogonal())
    expect(distanceFromOrthonormal(orthonormal, 60, 360)).toBeLessThan(1e-12)
  })

  test('scales and trained multipliers start at the given values', () => {
    const network = repeat(
      2,
      residual(chain(batchNorm({ scale: 0 }), relu()), { multiplier: 0.3, trainedMultiplier: true }),
    )
    const values = initialize(createBlueprint(network, [3]), 1)
    expect([...(values.get('repeat1.batchNorm1.weight') ?? [])]).toEqual([0, 0, 0, 0, 0, 0])
    expect([...(values.get('repeat1.multiplier') ?? [])]).toEqual([0.3, 0.3])
  })

  test('norms start as the identity', () => {
    const blueprint = createBlueprint(repeat(2, batchNorm()), [2])
    expect(Object.fromEntries(initialize(blueprint, 1))).toEqual({
      'repeat1.batchNorm1.weight': new Float64Array(4).fill(1),
      'repeat1.batchNorm1.bias': new Float64Array(4),
      'repeat1.batchNorm1.running_mean': new Float64Array(4),
      'repeat1.batchNorm1.running_var': new Float64Array(4).fill(1),
    })
  })
})

describe('the random streams of initial values:', () => {
  const preset = (text: string) => createBlueprint(parseNetwork(text, { classes: 3 }), [5])

  test.each(['he', 'glorot', 'orthogonal', 'sparse'])(
    'with %s, the first layers do not depend on the depth',
    (init) => {
      const shallow = initialize(preset(`mlp:depth=5,width=8,init=${init}`), 7)
      const deep = initialize(preset(`mlp:depth=9,width=8,init=${init}`), 7)
      for (const [name, values] of shallow) expect(deep.get(name)?.subarray(0, values.length)).toEqual(values)
    },
  )

  test('the same seed gives the same values, and another seed gives other values', () => {
    const blueprint = preset('mlp:depth=3,width=8')
    expect(initialize(blueprint, 7)).toEqual(initialize(blueprint, 7))
    expect(initialize(blueprint, 7).get('first.weight')).not.toEqual(initialize(blueprint, 8).get('first.weight'))
  })

  test('the initial weights of seed 42 never change', () => {
    const blueprint = preset('mlp:depth=2,width=2')
    expect(Array.from(initialize(blueprint, 42).get('hidden.dense1.weight') ?? [])).toMatchInlineSnapshot(`
      [
        -0.9404542653730231,
        0.293497234740374,
        -0.7321913970809987,
        -1.6046167767326502,
      ]
    `)
  })

  test('no two layers of nested loops have equal weights', () => {
    const values = valuesOf(chain(dense(3), repeat(4, repeat(5, dense(3)))), 3, 'repeat1.repeat1.dense1.weight')
    const layers = Array.from({ length: 20 }, (_, layer) => values.slice(9 * layer, 9 * layer + 9).join(' '))
    layers.push(valuesOf(chain(dense(3), repeat(4, repeat(5, dense(3)))), 3, 'dense1.weight').join(' '))
    expect(new Set(layers).size).toBe(21)
  })

  test('a list of gains gives one gain for each iteration of the innermost loop', () => {
    const init = identityInit([1, 2, 3])
    expect(valuesOf(repeat(2, repeat(3, dense(1, { init }))), 1, 'repeat1.repeat1.dense1.weight')).toEqual([
      1, 2, 3, 1, 2, 3,
    ])
  })
})
