import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tableOf } from '../../test/support/fact-subject.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { autoencode, type Dataset, taskOf } from '../data/dataset.ts'
import { glyphs } from '../data/glyphs.ts'
import { activation, chain, conv, dense, relu, sigmoid, softmax, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { outputFloor } from './output-floor.ts'

const values = (...targets: readonly (readonly number[])[]): Dataset =>
  tableOf(
    targets.map((_, row) => [row]),
    { targets },
  )
const floor = (network: Network, data: Dataset, options: TrainingOptions = {}): number | null => {
  const settings = resolveOptions({ steps: 10, ...options }, data.train.count, taskOf(data))
  return outputFloor({ network, data, settings, precision: 'float32', twins: {} })
}
const raw = { standardizeTargets: 'none' } as const
const of = (last: ReturnType<typeof activation>, width = 1): Network => chain(dense(4), relu(), dense(width), last)

describe('The lowest error that the range of the outputs allows', () => {
  it('is the squared distance of the targets from the range, over their variance', () => {
    // The targets -1 and -3 lie 1 and 3 below the range of ReLU. Their mean is 1, so their variance is 4 + 16 + 4 + 16.
    const data = values([-1], [-3], [3], [5])
    expect(floor(of(relu()), data, raw)).toBeCloseTo(10 / 40, 12)
    // 2, 4, 2 and 4 beyond the range of tanh.
    expect(floor(of(tanh()), data, raw)).toBeCloseTo((0 + 4 + 4 + 16) / 40, 12)
    // 1 and 3 below 0, and 2 and 4 above 1.
    expect(floor(of(sigmoid()), data, raw)).toBeCloseTo((1 + 9 + 4 + 16) / 40, 12)
    expect(floor(chain(dense(1), softmax()), data, raw)).toBeCloseTo(30 / 40, 12)
    expect(floor(of(activation('gelu')), data, raw)).toBeCloseTo(((1 - 0.17) ** 2 + (3 - 0.17) ** 2) / 40, 12)
  })

  it('is 0 if all targets lie in the range', () => {
    expect(floor(of(sigmoid()), values([0], [0.3], [1]), raw)).toBe(0)
    expect(floor(of(relu()), values([0], [300]), raw)).toBe(0)
  })

  it('is taken over all outputs', () => {
    const data = values([-1, 10], [1, 20])
    expect(floor(of(relu(), 2), data, raw)).toBeCloseTo(1 / (2 + 50), 12)
  })

  it('is that of the standardized targets, if the training standardizes the targets', () => {
    // Standardized, the targets are -1 and 1, so ReLU misses half of the variance.
    expect(floor(of(relu()), values([100], [200]), { standardizeTargets: 'per-target' })).toBeCloseTo(0.5, 9)
    expect(floor(of(tanh()), values([100], [200]), { standardizeTargets: 'per-target' })).toBeCloseTo(0, 9)
  })

  it('is null for outputs without limits, for classes, for binary cross-entropy, and for constant targets', () => {
    expect(floor(chain(dense(4), relu(), dense(1)), values([-1], [1]), raw)).toBeNull()
    expect(floor(chain(dense(2), sigmoid()), fewPoints)).toBeNull()
    expect(floor(preset('mlp:depth=2'), fewPoints)).toBeNull()
    expect(floor(of(sigmoid()), values([0], [1]), { ...raw, loss: 'binary-cross-entropy' })).toBeNull()
    expect(floor(of(relu()), values([-2], [-2]), raw)).toBeNull()
  })

  it('is the same for an autoencoder, whose targets are its inputs', () => {
    const images = autoencode(glyphs({ train: 12, test: 6 }))
    const network = chain(conv(1), relu())
    expect(floor(network, images, { standardize: 'none' })).toBe(0)
    const standardized = floor(network, images, { standardize: 'per-channel' })
    expect(standardized).toBeGreaterThan(0)
    expect(standardized).toBeLessThan(1)
  })

  it('lies between 0 and 1 if guessing the mean is possible, and no constant output is better, for any targets', () => {
    const target = fc.double({ min: -3, max: 3, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(target, { minLength: 2, maxLength: 20 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (all, output) => {
          const found = floor(of(tanh()), values(...all.map((one) => [one])), raw)
          const mean = all.reduce((sum, one) => sum + one / all.length, 0)
          const spread = all.reduce((sum, one) => sum + (one - mean) ** 2, 0)
          if (found === null || spread < 1e-9) return
          const constant = all.reduce((sum, one) => sum + (one - output) ** 2, 0) / spread
          expect(found).toBeGreaterThanOrEqual(0)
          expect(found).toBeLessThanOrEqual(constant + 1e-9)
        },
      ),
    )
  })
})
