import { describe, expect, it } from 'vitest'
import { tinyTask } from '../../test/support/tiny-training.ts'
import type { Dataset, Samples } from '../data/dataset.ts'
import { dense } from '../network/layers.ts'
import { drawPredictions, drawSamples } from './drawn-predictions.ts'
import { createEvaluator } from './evaluator.ts'

/** Samples with one input and six targets: the input times 1, 2, ... 6, plus 1,000. */
function lines(count: number): Samples & { readonly targets: Float64Array } {
  const inputs = Float32Array.from({ length: count }, (_, index) => index)
  const targets = Float64Array.from(
    { length: 6 * count },
    (_, at) => 1000 + inputs[Math.floor(at / 6)] * ((at % 6) + 1),
  )
  return { count, inputs, labels: new Uint8Array(0), targets }
}

const data: Dataset = { name: 'lines', shape: [1], classes: 0, train: lines(10), test: lines(500) }

async function drawn(sets: Partial<Record<'train' | 'test', Samples>>, loss: 'squared-error' | 'absolute-error') {
  const task = tinyTask(dense(6, { name: 'only' }), { data, loss })
  const evaluator = await createEvaluator(task.blueprint, task.backend, 500)
  // The standardized targets are equal to the standardized input, so these weights are the right ones.
  evaluator.load(
    new Map(
      [...task.weights].map(([name, values]) => [
        name,
        Float64Array.from(values, () => Number(name === 'only.weight')),
      ]),
    ),
  )
  return drawPredictions(evaluator, { train: lines(0), test: lines(0), ...sets }, task.standardizer, task.settings)
}

describe('the drawn predictions', () => {
  it('are in the units of the targets, for 200 samples and four targets', async () => {
    for (const loss of ['squared-error', 'absolute-error'] as const) {
      const found = await drawn({ test: data.test }, loss)
      expect(found?.set).toBe('test')
      expect(found?.targets).toHaveLength(4)
      for (const [target, { actual, predicted }] of (found?.targets ?? []).entries()) {
        expect(actual).toHaveLength(200)
        expect(new Set(actual).size).toBe(200)
        expect(actual.every((value) => (value - 1000) % (target + 1) === 0)).toBe(true)
        for (const [row, value] of predicted.entries()) expect(value).toBeCloseTo(actual[row], 2)
      }
    }
  })

  it('are of the same samples in each call, and of all samples of a small set', async () => {
    const [one, other] = [
      await drawn({ test: data.test }, 'squared-error'),
      await drawn({ test: data.test }, 'squared-error'),
    ]
    expect(one).toEqual(other)
    expect((await drawn({ train: data.train }, 'squared-error'))?.targets[0].actual).toEqual(
      Array.from({ length: 10 }, (_, index) => 1000 + index),
    )
    expect(drawSamples(data.test, 500)).toBe(data.test)
  })

  it('do not exist for classes, autoencoders and empty sets', async () => {
    const { inputs } = data.test
    const classes = { count: 500, inputs, labels: new Uint8Array(500) }
    for (const samples of [classes, { ...classes, targets: 'inputs' as const }, lines(0)]) {
      expect(await drawn({ test: samples }, 'squared-error')).toBeUndefined()
    }
  })
})
