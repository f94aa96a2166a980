import { afterAll, describe, expect, it } from 'vitest'
import { createMachine } from '../backends/machine.ts'
import { autoencode, type Dataset, type Samples } from '../data/dataset.ts'
import { moons } from '../data/planar.ts'
import { solvePositive } from '../numerics/linear-algebra.ts'
import { createRandom, type Random } from '../support/random.ts'
import { bestLinearModel, type LinearBaseline } from './best-linear-model.ts'

const machine = await createMachine({ threads: 1 })
afterAll(() => machine.dispose())

const settings = { standardize: 'per-channel' } as const
const baselineOf = async (data: Dataset, how: Parameters<typeof bestLinearModel>[0]['settings'] = settings) =>
  bestLinearModel({ data, settings: how, backend: await machine.backend() })

type Row = readonly number[]

/** A data set from rows of inputs and their labels or targets. The test set has the same number of rows. */
function dataOf(rows: readonly Row[], found: readonly number[] | readonly Row[], classes = 0): Dataset {
  const width = rows[0].length
  const set = (from: number, to: number): Samples => {
    const inputs = Float64Array.from(rows.slice(from, to).flat())
    const own = found.slice(from, to)
    const none = new Uint8Array(0)
    return classes > 0
      ? { count: to - from, inputs, labels: Uint8Array.from(own.flat()) }
      : { count: to - from, inputs, labels: none, targets: Float64Array.from(own.flat()) }
  }
  const half = rows.length / 2
  return { name: 'rows', shape: [width], classes, train: set(0, half), test: set(half, rows.length) }
}

const normals = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.normal())

/** Rows of three columns that depend on each other, with labels of three classes drawn from a logistic model. */
function drawnClasses(count: number): { rows: number[][]; labels: number[] } {
  const random = createRandom(1)
  const rows = Array.from({ length: count }, () => {
    const [one, two, three] = normals(random, 3)
    return [one, one + 0.5 * two, 20 * three]
  })
  const labels = rows.map(([one, two, three]) => {
    const odds = [Math.exp(2 * one), Math.exp(2 * two - one + 1), Math.exp(three / 10)]
    const total = odds.reduce((sum, value) => sum + value, 0)
    const draw = random.uniform() * total
    return draw < odds[0] ? 0 : draw < odds[0] + odds[1] ? 1 : 2
  })
  return { rows, labels }
}

/** The lowest mean cross-entropy of a logistic regression, by Newton's method in float64. */
function exactLogisticLoss({ train, classes, shape: [width] }: Dataset): number {
  const size = width + 1
  const weights = new Float64Array(size * classes)
  let loss = 0
  for (let iteration = 0; iteration < 30; iteration++) {
    const gradient = new Float64Array(weights.length)
    const hessian = new Float64Array(weights.length ** 2)
    loss = 0
    for (let row = 0; row < train.count; row++) {
      const x = [...train.inputs.subarray(row * width, (row + 1) * width), 1]
      const label = train.labels[row]
      const odds = Array.from({ length: classes }, (_, k) =>
        Math.exp(x.reduce((sum, value, column) => sum + value * weights[k * size + column], 0)),
      )
      const total = odds.reduce((sum, value) => sum + value, 0)
      const shares = odds.map((value) => value / total)
      loss -= Math.log(shares[label]) / train.count
      for (let k = 0; k < classes; k++) {
        for (let i = 0; i < size; i++) {
          gradient[k * size + i] += (shares[k] - (k === label ? 1 : 0)) * x[i]
          for (let l = 0; l < classes; l++) {
            const curvature = shares[k] * ((k === l ? 1 : 0) - shares[l])
            for (let j = 0; j < size; j++)
              hessian[(k * size + i) * weights.length + l * size + j] += curvature * x[i] * x[j]
          }
        }
      }
    }
    for (let index = 0; index < weights.length; index++) hessian[index * (weights.length + 1)] += 1e-6
    const step = solvePositive(hessian, weights.length, gradient, 1)
    for (let index = 0; index < weights.length; index++) weights[index] -= step[index]
  }
  return loss
}

/** The unexplained fraction of the variance of the least-squares fit, on the training set. */
function exactLeastSquares({ train, shape: [width] }: Dataset): number {
  const size = width + 1
  const rows = Array.from({ length: train.count }, (_, row) => [
    ...train.inputs.subarray(row * width, (row + 1) * width),
    1,
  ])
  const targets = Float64Array.from(train.targets === 'inputs' || train.targets === undefined ? [] : train.targets)
  const gram = new Float64Array(size * size)
  const right = new Float64Array(size)
  rows.forEach((x, row) => {
    for (let i = 0; i < size; i++) {
      right[i] += x[i] * targets[row]
      for (let j = 0; j < size; j++) gram[i * size + j] += x[i] * x[j]
    }
  })
  const solution = solvePositive(gram, size, right, 1)
  const mean = targets.reduce((sum, value) => sum + value, 0) / train.count
  const spread = targets.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const rest = rows.reduce((sum, x, row) => {
    return sum + (x.reduce((total, value, column) => total + value * solution[column], 0) - targets[row]) ** 2
  }, 0)
  return rest / spread
}

const hasFiniteScores = ({ train, test }: LinearBaseline): boolean =>
  [train.loss, train.error, test.loss, test.error].every((value) => value !== null && Number.isFinite(value))

describe('bestLinearModel for classes', () => {
  it('reaches the lowest loss of a logistic regression within 1%', async () => {
    const { rows, labels } = drawnClasses(2000)
    const data = dataOf(rows, labels, 3)
    const { train, samples } = await baselineOf(data)
    const exact = exactLogisticLoss(data)
    expect(exact).toBeGreaterThan(0.3)
    expect(train.loss).toBeGreaterThan(exact - 1e-6)
    expect(train.loss).toBeLessThan(1.01 * exact)
    expect(samples).toBe(1000)
  })

  it('gives nearly the same scores for columns in other units with other origins', async () => {
    const { rows, labels } = drawnClasses(2000)
    const moved = rows.map(([one, two, three]) => [1e5 + 1e-3 * one, -3 * two, 1e6 * three - 7])
    const [own, other] = [
      await baselineOf(dataOf(rows, labels, 3)),
      await baselineOf(dataOf(moved, labels, 3), { standardize: 'raw' }),
    ]
    expect(other.train.loss).toBeCloseTo(own.train.loss ?? Number.NaN, 4)
    expect(other.test.error).toBeCloseTo(own.test.error ?? Number.NaN, 2)
  })

  it('separates separable classes, ignores a constant column, and gives finite scores', async () => {
    const random = createRandom(2)
    const rows = Array.from({ length: 400 }, (_, row) => [5, (row % 2) * 4 + random.uniform(), random.normal()])
    const found = await baselineOf(
      dataOf(
        rows,
        rows.map((_, row) => row % 2),
        2,
      ),
    )
    expect(found.train.error).toBe(0)
    expect(found.test.error).toBe(0)
    expect(hasFiniteScores(found)).toBe(true)
  })

  it('gives finite scores for a single class, for three samples, and for more columns than samples', async () => {
    const random = createRandom(3)
    const wide = Array.from({ length: 40 }, () => normals(random, 100))
    const oneClass = await baselineOf(
      dataOf(
        wide,
        wide.map(() => 1),
        2,
      ),
    )
    expect([oneClass.train.error, oneClass.test.error]).toEqual([0, 0])
    const labels = wide.map(([first]) => (first > 0 ? 1 : 0))
    expect(hasFiniteScores(await baselineOf(dataOf(wide, labels, 2)))).toBe(true)
    expect(hasFiniteScores(await baselineOf(dataOf(wide.slice(0, 6), labels.slice(0, 6), 2)))).toBe(true)
  })

  it('is about as good as guessing where labels do not depend on the inputs', async () => {
    const random = createRandom(4)
    const rows = Array.from({ length: 2000 }, () => normals(random, 5))
    const { test } = await baselineOf(
      dataOf(
        rows,
        rows.map(() => (random.uniform() < 0.2 ? 1 : 0)),
        2,
      ),
    )
    expect(test.error).toBeGreaterThan(0.15)
    expect(test.error).toBeLessThan(0.25)
  })

  it('gives the same numbers in each call and on any number of threads', async () => {
    const two = await createMachine({ threads: 2 })
    const data = moons({ train: 400, test: 100 })
    const first = await baselineOf(data)
    expect(await baselineOf(data)).toEqual(first)
    expect(await bestLinearModel({ data, settings, backend: await two.backend() })).toEqual(first)
    two.dispose()
    expect(first.train).not.toHaveProperty('confusion')
  })

  it('leaves the data set unchanged', async () => {
    const data = moons({ train: 100, test: 10 })
    const before = structuredClone(data)
    await baselineOf(data)
    expect(data).toEqual(before)
  })

  it('skips a model with too many weights, with a reason', async () => {
    const rows = Array.from({ length: 8 }, () => new Array<number>(60_000).fill(0))
    const { skipped, train, samples } = await baselineOf(
      dataOf(
        rows,
        rows.map(() => 0),
        1000,
      ),
    )
    expect({ skipped, error: train.error, samples }).toMatchInlineSnapshot(`
      {
        "error": null,
        "samples": 0,
        "skipped": "A linear model has 60,000,000 weights here, and its fit would take too long.",
      }
    `)
  })

  it('stops when the caller stops it', async () => {
    const backend = await machine.backend()
    const reason = new Error('enough')
    const task = bestLinearModel({ data: moons(), settings, backend, abort: AbortSignal.abort(reason) })
    await expect(task).rejects.toBe(reason)
  })
})

describe('bestLinearModel for values', () => {
  const random = createRandom(5)
  const rows = Array.from({ length: 1000 }, () => normals(random, 4))
  const value = ([one, two, three]: Row): number => 3 * one - two + 0.5 * three + random.normal()

  it('is the least-squares fit, within 0.1% of the variance', async () => {
    const data = dataOf(
      rows,
      rows.map((row) => [1e4 + 20 * value(row)]),
    )
    const { train, test } = await baselineOf(data)
    const exact = exactLeastSquares(data)
    expect(train.error).toBeGreaterThan(exact - 1e-6)
    expect(train.error).toBeLessThan(exact + 1e-3)
    expect(test.rmse?.[0]).toBeGreaterThan(18)
    expect(test.rmse?.[0]).toBeLessThan(22)
  })

  it('has the error of a network with the same scale of targets', async () => {
    // The first target is an exact linear function with a large variance, and the second target is noise.
    const targets = rows.map(([one]) => [100 * one, random.normal()])
    const standardized = await baselineOf(dataOf(rows, targets))
    const raw = await baselineOf(dataOf(rows, targets), { standardize: 'per-channel', standardizeTargets: 'none' })
    expect(standardized.train.error).toBeCloseTo(0.5, 1)
    expect(raw.train.error).toBeLessThan(1e-3)
    expect(raw.train.rmse?.[1]).toBeCloseTo(standardized.train.rmse?.[1] ?? Number.NaN, 4)
  })

  it('trains a model of many columns that is as good as the exact fit', async () => {
    const many = Array.from({ length: 4000 }, () => normals(random, 400))
    const data = dataOf(
      many,
      many.map((row) => [value(row)]),
    )
    const { train, test } = await baselineOf(data)
    // The noise has a tenth of the variance.
    expect(train.error).toBeGreaterThan(exactLeastSquares(data) - 1e-6)
    expect(test.error).toBeLessThan(0.13)
  })

  it('is the projection on principal components for an autoencoder with a narrow layer', async () => {
    // Two hidden numbers decide six columns, but for noise of a hundredth of their variance.
    const narrow = Array.from({ length: 600 }, () => {
      const [one, two] = normals(random, 2)
      return [one, two, one + two, one - two, 2 * one, 3 * two].map((part, column) => {
        return 50 + (column === 0 ? 100 : 1) * (part + 0.1 * random.normal())
      })
    })
    const data = autoencode(dataOf(narrow, narrow))
    const backend = await machine.backend()
    const errorWith = async (code: number, how: Parameters<typeof baselineOf>[1] = settings): Promise<number> => {
      const { train, test, skipped } = await bestLinearModel({ data, settings: how ?? settings, code, backend })
      expect(skipped).toBeUndefined()
      expect(Math.abs((test.error ?? Number.NaN) - (train.error ?? Number.NaN))).toBeLessThan(0.1)
      return train.error ?? Number.NaN
    }
    const [one, two] = [await errorWith(1), await errorWith(2)]
    // Both numbers have equal shares of the standardized variance.
    expect(one).toBeGreaterThan(0.4)
    expect(one).toBeLessThan(0.6)
    expect(two).toBeGreaterThan(0)
    expect(two).toBeLessThan(0.01)
    // In raw units, nearly all variance is in the first column.
    expect(await errorWith(1, { standardize: 'raw' })).toBeLessThan(0.01)
  })

  it('has no model of an autoencoder without a narrow layer, with a reason', async () => {
    const { skipped, train } = await baselineOf(autoencode(dataOf(rows, rows)))
    expect({ skipped, error: train.error }).toMatchInlineSnapshot(`
      {
        "error": null,
        "skipped": "A linear model of full width reproduces every sample.",
      }
    `)
  })
})
