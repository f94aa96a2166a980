import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { blobs } from '../data/blobs.ts'
import { randomSubset } from '../data/vary.ts'
import { chain, dense, relu, sigmoid } from '../network/layers.ts'
import { type CurvePoint, describeCurve, learningCurve } from './learning-curve.ts'
import { train } from './train.ts'

const data = blobs({ classes: 3, features: 4, noise: 2, train: 160, test: 90 })
const network = chain(dense(12), relu(), dense(3))
const options = { data, steps: 30, batch: 32, seed: 4, threads: 1 }

const point = (samples: number, error: number | null): CurvePoint => {
  const scores = { loss: error, error }
  return { samples, train: scores, test: scores, diverged: null }
}

describe('The learning curve over the number of samples', () => {
  it('has the scores of trainings on growing parts of the training set', async () => {
    const points = await learningCurve(network, { ...options, fractions: [1, 0.125, 0.5] })
    expect(points.map(({ samples }) => samples)).toEqual([20, 80, 160])
    const { train: whole, test } = await train(network, options)
    expect(points[2]).toMatchObject({ train: whole, test, diverged: null })
    const half = { ...data, train: randomSubset(data.train, 80, 4) }
    expect(points[1]).toMatchObject({ test: (await train(network, { ...options, data: half })).test })
    const small = { ...data, train: randomSubset(data.train, 20, 4) }
    expect(points[0]).toMatchObject({ test: (await train(network, { ...options, data: small, batch: 20 })).test })
  })

  it('has a single output for two classes, without the sigmoid that the loss computes itself', async () => {
    const two = blobs({ classes: 2, features: 4, noise: 2, train: 80, test: 40 })
    const single = chain(dense(8), relu(), dense(1), sigmoid())
    const binary = { ...options, data: two, loss: 'binary-cross-entropy' } as const
    const [, last] = await learningCurve(single, { ...binary, fractions: [0.5, 1] })
    const { train: whole, test } = await train(single, binary)
    expect(last).toMatchObject({ samples: 80, train: whole, test })
  })

  it('has only the points that were finished before an abort', async () => {
    const stop = new AbortController()
    stop.abort()
    expect(await learningCurve(network, { ...options, abort: stop.signal })).toEqual([])
  })

  it('refuses bad fractions and unknown options', async () => {
    expect(await laterRefusal(() => learningCurve(network, { ...options, fractions: [0.5, 2] }))).toMatchInlineSnapshot(
      `"IsobathError: fractions: expected a list of fractions above 0 and at most 1, such as [0.125, 0.25, 0.5, 1]."`,
    )
    expect(await laterRefusal(() => learningCurve(network, Object.assign({ samples: 3 }, options)))).toContain(
      'samples',
    )
  })

  it('is described by its last two points', () => {
    expect(describeCurve([point(50, 0.5), point(100, 0.3), point(200, 0.2)], 'classification')).toMatchInlineSnapshot(
      `"From 100 to 200 training samples, the test error went from 30.00% to 20.00%, with one seed. More data would probably help."`,
    )
    expect(describeCurve([point(100, 0.21), point(2000, 0.205)], 'regression')).toMatchInlineSnapshot(
      `"From 100 to 2,000 training samples, the R2 on the test set went from 0.790 to 0.795, with one seed. More data alone would probably not help much."`,
    )
    expect(describeCurve([point(100, 0.3), point(200, null)], 'classification')).toBeNull()
    expect(describeCurve([point(100, 0.3)], 'classification')).toBeNull()
    expect(describeCurve([], 'classification')).toBeNull()
  })

  it('has no description if one of the last two trainings diverged with finite scores', () => {
    const diverged = { step: 1, layer: 'readout', what: 'loss' } as const
    const broken = { ...point(200, 1e50), diverged }
    expect(describeCurve([point(100, 0.3), broken], 'regression')).toBeNull()
    expect(describeCurve([broken, point(400, 0.3)], 'regression')).toBeNull()
    expect(describeCurve([broken, point(400, 0.3), point(800, 0.2)], 'regression')).not.toBeNull()
  })
})
