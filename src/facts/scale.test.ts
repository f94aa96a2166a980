import { describe, expect, it } from 'vitest'
import { each, factAbout, factsAbout, subjectOf, tableOf } from '../../test/support/fact-subject.ts'
import type { Dataset } from '../data/dataset.ts'
import { autoencode } from '../data/dataset.ts'
import { glyphs } from '../data/glyphs.ts'
import { standardizationNames } from '../data/standardize.ts'
import { chain, dense, tanh } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { rawFactsOf } from './facts.ts'

const random = createRandom(3)
const normals = each(200, () => each(3, () => random.normal()))
const labels = { labels: each(200, (row) => row % 2), classes: 2 }
const network = chain(dense(8), tanh(), dense(2))
const regression = chain(dense(8), tanh(), dense(1))
const raw = { standardize: 'none' } as const
/** The normally distributed inputs with the first column changed. */
const inputs = (change: (value: number, row: number) => number) =>
  tableOf(
    normals.map(([first, ...others], row) => [change(first, row), ...others]),
    labels,
  )
const unscaled = (data: Dataset, options: object = raw) => factAbout('unscaled-inputs', network, data, options)
const targets = (change: (value: number, row: number) => number, width = 1) =>
  tableOf(normals, {
    targets: normals.map((values, row) =>
      values.slice(0, width).map((value, column) => (column === 0 ? change(value, row) : value)),
    ),
  })

describe('unscaled-inputs', () => {
  it('says the range and the size of large, small and shifted inputs, and the ratio of two inputs', () => {
    expect(unscaled(inputs((value) => 1000 * value))).toMatchInlineSnapshot(`
      {
        "change": {
          "standardize": "per-channel",
        },
        "fact": "unscaled-inputs",
        "remedy": "Standardize the inputs.",
        "sentence": "Input 1 is from -3,040 to 2,150, with a typical size of 927 instead of about 1. Such inputs make the first outputs and gradients too large, and they saturate tanh and sigmoid.",
      }
    `)
    expect(unscaled(inputs((value) => value / 1000))?.sentence).toMatchInlineSnapshot(
      `"Input 2 is typically 1,158 times as large as input 1. At one learning rate, the network hardly learns from the smaller input."`,
    )
    expect(unscaled(inputs((value) => 5 + value / 100))?.sentence).toMatchInlineSnapshot(
      `"Input 1 is from 4.97 to 5.02, and the mean is 539 times as large as the standard deviation. The differences between samples are lost beside this offset."`,
    )
    expect(
      unscaled(
        tableOf(
          normals.map((row) => row.map((value) => value / 100)),
          labels,
        ),
      )?.sentence,
    ).toMatchInlineSnapshot(
      `"Input 2 is from -0.0294 to 0.031, and no input is larger than 0.031, instead of about 1. Such inputs hardly change the outputs of the first layer."`,
    )
  })

  it('stays silent for usual inputs, for rare ones among zeros, and for inputs that the training standardizes', () => {
    expect(unscaled(inputs((value) => value))).toBeUndefined()
    expect(unscaled(inputs((value) => 3 * value + 5))).toBeUndefined()
    expect(unscaled(inputs((_, row) => Number(row % 100 === 0)))).toBeUndefined()
    expect(unscaled(inputs(() => 7))).toBeUndefined()
    for (const change of [
      (value: number) => 1000 * value,
      (value: number) => value / 1000,
      (value: number) => 5 + value / 100,
    ]) {
      for (const standardize of ['per-channel', 'per-pixel', 'robust'] as const)
        expect(unscaled(inputs(change), { standardize })).toBeUndefined()
    }
  })

  it('finds a value far from the others of a dense column alone, until the gradients are clipped', () => {
    const far = inputs((value, row) => (row === 5 ? 500 : value))
    expect(unscaled(far, {})).toMatchInlineSnapshot(`
      {
        "change": {
          "clipNorm": 1,
        },
        "fact": "unscaled-inputs",
        "remedy": "Check the value, and clip the gradients to norm 1.",
        "sentence": "Input 1 has the value 500, which lies 14 standard deviations from the mean. A sample with this value has a far larger gradient than all others.",
      }
    `)
    expect(unscaled(far, { clipNorm: 1 })).toBeUndefined()
    expect(
      unscaled(
        inputs((_, row) => (row === 5 ? 1 : 0)),
        {},
      ),
    ).toBeUndefined()
    expect(
      unscaled(
        inputs((value, row) => (row === 5 ? 6 : value)),
        {},
      ),
    ).toBeUndefined()
  })

  it('says that all inputs are equal only if all columns are constant', () => {
    const equal = tableOf(
      each(20, () => [1, 2]),
      { labels: each(20, (row) => row % 2), classes: 2 },
    )
    expect(unscaled(equal, {})?.sentence).toMatchInlineSnapshot(
      `"All 20 training samples have the same inputs, so a network gives the same outputs for all samples."`,
    )
    expect(unscaled(tableOf([[1, 2]], { labels: [1], classes: 2 }), {})).toBeUndefined()
  })

  it('names the columns, and keeps the targets of binary cross-entropy raw', () => {
    const columns = ['age', 'size', 'rooms'].map((name) => ({ name, role: 'number' as const }))
    const named = {
      ...inputs((value) => 1000 * value),
      encoding: { columns, target: 'classes' as const, named: true },
    }
    expect(unscaled(named)?.sentence).toMatch(/^The input age is from/)
    const probabilities = tableOf(
      normals.map((row) => row.map((value) => 1000 * value)),
      { targets: each(200, (row) => [row / 200]) },
    )
    const found = factAbout('unscaled-inputs', regression, probabilities, { ...raw, loss: 'binary-cross-entropy' })
    expect(found?.change).toEqual({ standardize: 'per-channel', standardizeTargets: 'none' })
  })
})

describe('raw-bytes', () => {
  const images = glyphs({ train: 50, test: 20 })
  const network = chain(dense(8), tanh(), dense(10))
  const floats = {
    ...images,
    train: { ...images.train, inputs: Float32Array.from(images.train.inputs) },
    test: { ...images.test, inputs: Float32Array.from(images.test.inputs) },
  }

  it('finds bytes that are neither divided nor standardized, as images and as numbers of a table', () => {
    expect(factAbout('raw-bytes', network, images, { standardize: 'raw' })).toMatchInlineSnapshot(`
      {
        "change": {
          "standardize": "per-channel",
        },
        "fact": "raw-bytes",
        "remedy": "Standardize the inputs.",
        "sentence": "The inputs are pixels from 0 to 255 that are neither divided by 255 nor standardized. Inputs of this size make the first outputs and gradients about a hundred times too large.",
      }
    `)
    for (const data of [floats, { ...floats, shape: [784] }]) {
      expect(factsAbout(network, data, raw).map(({ fact }) => fact)).toEqual(['raw-bytes'])
    }
  })

  it('stays silent if bytes are divided or standardized', () => {
    for (const standardize of standardizationNames.filter((name) => name !== 'raw')) {
      expect(factsAbout(network, images, { standardize }), standardize).toEqual([])
    }
    expect(factsAbout(network, floats)).toEqual([])
  })

  it('has no change for an autoencoder whose loss needs targets from 0 to 1', () => {
    const found = factAbout('raw-bytes', chain(dense(8), tanh(), dense(784)), autoencode(images), {
      standardize: 'raw',
    })
    expect(found?.change).toEqual({ standardize: 'per-channel' })
  })
})

describe('facts about the targets of a regression', () => {
  it('unscaled-targets says the range and the size of targets far from 1', () => {
    const found = (data: Dataset, options: object = raw) => factAbout('unscaled-targets', regression, data, options)
    expect(found(targets(() => 3))?.sentence).toBe(
      'All 200 training samples have the same target, so a network learns nothing from the inputs.',
    )
    expect(found(targets((value) => 1e6 * value))).toMatchInlineSnapshot(`
      {
        "change": {
          "standardizeTargets": "per-target",
        },
        "fact": "unscaled-targets",
        "remedy": "Standardize the targets.",
        "sentence": "The target 1 is from -3,040,000 to 2,150,000, with a typical size of 927,000 instead of about 1. An output starts near 0 and reaches such values only after many steps, or the first gradients are far too large.",
      }
    `)
    expect(found(targets((value) => value / 1e3))?.sentence).toContain('no target is larger than')
    const two = factAbout(
      'unscaled-targets',
      chain(dense(8), tanh(), dense(2)),
      targets((value) => value / 500, 2),
      raw,
    )
    expect(two?.sentence).toMatch(/^The target 2 is typically \d+ times as large as the target 1\./)
    expect(found(targets((value) => value))).toBeUndefined()
    expect(
      found(
        targets((value) => 1e6 * value),
        {},
      ),
    ).toBeUndefined()
    expect(
      found(
        targets((value) => 1e6 * value),
        { standardizeTargets: 'none' },
      ),
    ).toBeDefined()
  })

  it('outlier-targets finds a target that dominates the squared error', () => {
    const far = targets((value, row) => (row === 5 ? 500 : value))
    const found = (options: object, data = far) => factAbout('outlier-targets', regression, data, options)
    expect(found({})).toMatchInlineSnapshot(`
      {
        "change": {
          "loss": "huber",
        },
        "fact": "outlier-targets",
        "remedy": "Check the value, and take a loss that grows less with the distance, such as huber.",
        "sentence": "The target 1 has the value 500, which lies 14 standard deviations from the mean. The loss squared-error grows with the square of this distance, so the sample with this value dominates the training.",
      }
    `)
    expect(found({ loss: 'huber' })).toBeUndefined()
    expect(found({ clipNorm: 1 })).toBeUndefined()
    expect(
      found(
        {},
        targets((value) => value),
      ),
    ).toBeUndefined()
    expect(
      found(
        {},
        targets((_, row) => Number(row === 5)),
      ),
    ).toBeUndefined()
  })
})

describe('rawFactsOf', () => {
  it('returns the faults of raw inputs and targets that the standardization of the training removes', () => {
    const data = targets((value) => 1e6 * value)
    const large = { ...data, train: { ...data.train, inputs: data.train.inputs.map((value) => 1000 * value) } }
    const names = (options: object) => rawFactsOf(subjectOf(regression, large, options)).map(({ fact }) => fact)
    expect(names({})).toEqual(['unscaled-inputs', 'unscaled-targets'])
    expect(names({ standardizeTargets: 'none' })).toEqual(['unscaled-inputs'])
    expect(names(raw)).toEqual([])
    expect(rawFactsOf(subjectOf(regression, large))[0].change).toBeUndefined()
  })

  it('counts the bytes of images as numbers from 0 to 1', () => {
    expect(rawFactsOf(subjectOf(chain(dense(10)), glyphs({ train: 50, test: 20 })))).toEqual([])
  })
})
