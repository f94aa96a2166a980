import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { tinyTask, trainTiny } from '../../test/support/tiny-training.ts'
import { autoencode, type Dataset, type Samples } from '../data/dataset.ts'
import { moons } from '../data/planar.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chain, dense } from '../network/layers.ts'
import { resolveOptions } from '../settings/options.ts'
import { createEvaluator } from './evaluator.ts'
import { createScorer } from './score.ts'
import { checkOutputs } from './targets.ts'

/** Samples with two targets: y = 1000 + 50 x0 - 30 x1, whose mean is far from 0, and z = x0. */
function linear(count: number): Samples {
  const { inputs } = moons({ train: count, test: 1 }).train
  const targets = new Float32Array(2 * count)
  for (let row = 0; row < count; row++) {
    targets[2 * row] = 1000 + 50 * inputs[2 * row] - 30 * inputs[2 * row + 1]
    targets[2 * row + 1] = inputs[2 * row]
  }
  return { count, inputs, labels: new Uint8Array(0), targets }
}

const values: Dataset = {
  name: 'plane',
  shape: [2],
  classes: 0,
  targetNames: ['y', 'z'],
  train: linear(64),
  test: linear(10),
}

const targetsOf = ({ targets }: Samples): Float32Array =>
  targets instanceof Float32Array ? targets : new Float32Array(0)

describe('when a regression is scored,', () => {
  it('perfect outputs have error 0, the mean of the targets has error 1, and RMSE is in the units of the targets', () => {
    const { train } = values
    for (const mode of ['per-channel', 'none'] as const) {
      const standardizer = createStandardizer(train, [2], mode)
      const { mean, deviation } = standardizer.targets
      const scoreOf = (output: (row: number, target: number) => number) => {
        const scorer = createScorer(train, standardizer, 'squared-error', 2)
        // The outputs are added in several batches, as in an evaluation.
        for (const [first, count] of [
          [0, 40],
          [40, 24],
        ] as const) {
          const rows = Float64Array.from({ length: 2 * count }, (_, index) => {
            const [row, target] = [first + Math.floor(index / 2), index % 2]
            return (output(row, target) - mean[target]) / deviation[target]
          })
          scorer.add(rows, first)
        }
        return scorer.finish()
      }
      const all = targetsOf(train)
      expect(scoreOf((row, target) => all[2 * row + target])).toEqual({
        loss: 0,
        error: 0,
        r2: [1, 1],
        rmse: [0, 0],
        mae: [0, 0],
      })
      const [meanY, meanZ] = [0, 1].map((k) => all.filter((_, index) => index % 2 === k).reduce((a, b) => a + b) / 64)
      expect(scoreOf((_, target) => (target === 0 ? meanY : meanZ)).error).toBeCloseTo(1, 6)
      const off = scoreOf((row, target) => all[2 * row + target] + (target === 0 ? 7 : 0))
      expect(off.rmse).toEqual([expect.closeTo(7, 6), 0])
      expect(off.mae).toEqual([expect.closeTo(7, 6), 0])
      expect(off.loss).toBeCloseTo((7 / deviation[0]) ** 2 / 2, 6)
      expect(scoreOf(() => Number.NaN)).toEqual({
        loss: null,
        error: null,
        r2: [null, null],
        rmse: [null, null],
        mae: [null, null],
      })
    }
  })

  it('the error is null if no target varies in the set', () => {
    const one = {
      ...values.test,
      count: 1,
      inputs: values.test.inputs.slice(0, 2),
      targets: targetsOf(values.test).slice(0, 2),
    }
    const scorer = createScorer(one, createStandardizer(values.train, [2], 'per-channel'), 'squared-error', 2)
    scorer.add(Float64Array.of(0, 0), 0)
    expect(scorer.finish().error).toBeNull()
  })
})

describe('when a network trains on values,', () => {
  const score = async (data: Dataset, steps: number) => {
    const network = chain(dense(2, { name: 'only' }))
    const { state } = await trainTiny(network, { data, steps, batch: 64, loss: undefined })
    const { blueprint, backend, standardizer } = tinyTask(network, { data })
    const evaluator = await createEvaluator(blueprint, backend, data.test.count)
    evaluator.load(state.weights)
    return evaluator.evaluate(data.test, standardizer, 'squared-error')
  }

  it('the network fits targets whose mean is far from 0', async () => {
    const { error, rmse } = await score(values, 300)
    expect(error).toBeLessThan(1e-4)
    expect(rmse?.[0]).toBeLessThan(1)
  })

  it('an autoencoder learns to reconstruct its inputs', async () => {
    const data = autoencode(moons({ train: 64, test: 32 }))
    expect((await score(data, 300)).error).toBeLessThan(1e-4)
    expect((await score(data, 1)).error).toBeGreaterThan(0.1)
  })

  it('a network or a loss that does not fit the targets is refused', async () => {
    const blueprintOf = (data: Dataset, width: number) => tinyTask(chain(dense(width)), { data }).blueprint
    const given = autoencode(moons({ train: 4, test: 4 }))
    const all = [
      async () => checkOutputs(blueprintOf(values, 3), values),
      async () => checkOutputs(blueprintOf(given, 3), given),
      async () => resolveOptions({ loss: 'cross-entropy' }, 64, 'regression'),
    ]
    const said: string[] = []
    for (const work of all) said.push(await laterRefusal(work))
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: output: expected 2 values, one for each target of plane, got 3. Set the last dense layer's width to 2.
      IsobathError: output: expected 2 values, one for each value of a sample of moons that the network should reconstruct, got 3. Set the last dense layer's width to 2.
      IsobathError: loss: expected binary-cross-entropy, squared-error, absolute-error or huber, because the data's targets are values and not classes (regression), got cross-entropy. Leave the option out."
    `)
    expect(resolveOptions({}, 64, 'autoencoding').loss).toBe('squared-error')
  })
})
