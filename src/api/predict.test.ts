import { beforeAll, describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { preset } from '../../test/support/tiny-training.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import { glyphs } from '../data/glyphs.ts'
import { moons } from '../data/planar.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chain, dense, tanh } from '../network/layers.ts'
import { evaluate } from './evaluate.ts'
import { predict } from './predict.ts'
import { type Run, train } from './train.ts'

const data = moons({ seed: 3, train: 300, test: 80 })
const network = preset('mlp:depth=2,width=8')
let run: Run
beforeAll(async () => {
  run = await train(network, { data, steps: 300, threads: 1 })
})

describe('when a trained network predicts samples,', () => {
  it('the predicted classes have the same error as the training reported', async () => {
    for (const set of ['train', 'test'] as const) {
      const { classes, kind, count } = await predict(network, { data, set, weights: run.weights, threads: 1 })
      const { labels } = data[set]
      const wrong = Array.from(classes ?? []).filter((predicted, sample) => predicted !== labels[sample]).length
      expect({ kind, count, error: wrong / count }).toEqual({
        kind: 'probabilities',
        count: data[set].count,
        error: run[set].error,
      })
    }
  })

  it('the probabilities sum to 1 and give the same cross-entropy as the training reported', async () => {
    const { values, width } = await predict(network, { data, weights: run.weights, threads: 1 })
    let loss = 0
    data.test.labels.forEach((label, sample) => {
      const row = values.subarray(sample * width, (sample + 1) * width)
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
      loss -= Math.log(row[label]) / data.test.count
    })
    expect(loss).toBeCloseTo(run.test.loss ?? Number.NaN, 10)
  })

  it('the predicted values are the outputs of the network if the loss is the squared error', async () => {
    const { values, kind } = await predict(network, { data, weights: run.weights, loss: 'squared-error', threads: 1 })
    expect(kind).toBe('outputs')
    expect(values.some((value) => value < 0 || value > 1)).toBe(true)
  })

  it('the predicted values of a regression are in the units of the targets', async () => {
    // The targets are y = 1000 + 50 x1 - 20 x2.
    const withValues = ({ inputs, count }: Dataset['train']): Dataset['train'] => ({
      count,
      inputs,
      labels: new Uint8Array(0),
      targets: Float32Array.from({ length: count }, (_, row) => 1000 + 50 * inputs[2 * row] - 20 * inputs[2 * row + 1]),
    })
    const values: Dataset = { ...data, classes: 0, train: withValues(data.train), test: withValues(data.test) }
    const line = chain(dense(1))
    const { weights } = await train(line, { data: values, steps: 200, threads: 1 })
    const predicted = await predict(line, { data: values, weights, threads: 1 })
    expect(predicted).toMatchObject({ task: 'regression', kind: 'values', width: 1 })
    const { targets } = values.test
    predicted.values.forEach((value, row) => {
      expect(value).toBeCloseTo(targets instanceof Float32Array ? targets[row] : Number.NaN, 1)
    })
  })

  it('the predicted values of an autoencoder are in the units of the samples', async () => {
    const images = glyphs({ train: 64, test: 8 })
    const { train: training, test } = images
    const set: Dataset = { ...images, train: { ...training, targets: 'inputs' }, test: { ...test, targets: 'inputs' } }
    const encoder = chain(dense(16), tanh(), dense(784))
    const { weights, train: scores } = await train(encoder, { data: set, steps: 60, threads: 1 })
    const { values, task } = await predict(encoder, { data: set, set: 'train', weights, threads: 1 })
    expect(task).toBe('autoencoding')
    // The loss of the autoencoder is the mean squared distance, in units of the deviation of the pixels.
    const { deviation } = createStandardizer(training, images.shape, 'per-channel').statistics.inputs
    const squares = values.reduce(
      (sum, value, index) => sum + ((training.inputs[index] - value) / deviation[0]) ** 2,
      0,
    )
    expect(squares / values.length).toBeCloseTo(scores.loss ?? Number.NaN, 5)
  })

  it('predictions and scores of other data are standardized by the statistics of the training', async () => {
    // The samples of one moon have another mean than the samples of both moons. Standardized by their own statistics,
    // the samples would move.
    const upper = Uint32Array.from(data.test.labels.keys()).filter((sample) => data.test.labels[sample] === 0)
    const half = selectSamples(data.test, upper)
    const other: Dataset = { ...data, name: 'half', train: half, test: half }
    const { statistics } = createStandardizer(data.train, data.shape, 'per-channel')
    const options = { data: other, weights: run.weights, threads: 1 }
    const whole = await predict(network, { data, weights: run.weights, threads: 1 })
    const stored = await predict(network, { ...options, statistics })
    const own = await predict(network, options)
    const expected = [...upper].flatMap((sample) => [...whole.values.subarray(2 * sample, 2 * sample + 2)])
    expect([...stored.values]).toEqual(expected)
    expect([...own.values]).not.toEqual(expected)
    const wrong = [...upper].filter((sample) => whole.classes?.[sample] !== 0).length
    expect((await evaluate(network, { ...options, statistics })).test.error).toBe(wrong / upper.length)
  })

  it('predictions are refused if the data does not fit the statistics, the network or the set', async () => {
    const { statistics } = createStandardizer(data.train, data.shape, 'per-channel')
    const { weights } = run
    const asBytes = (set: Samples): Samples => ({ ...set, inputs: new Uint8Array(set.inputs.length) })
    const bytes = { ...data, train: asBytes(data.train), test: asBytes(data.test) }
    const said = [
      await laterRefusal(() => predict(network, { data: bytes, weights, statistics })),
      await laterRefusal(() => predict(network, { data, weights, set: 'validation' })),
      await laterRefusal(() => predict(network, { data: glyphs({ train: 9, test: 9 }), weights })),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: moons: expected samples of numbers, as in the training, got bytes. Give data of the same kind.
      IsobathError: set: expected a set with samples, got validation, which is empty in moons. Hold out samples for validation, or choose train or test.
      IsobathError: output: expected 10 values, one for each class of glyphs, got 2. Set the last dense layer's width to 10."
    `)
  })

  it('predictions and scores are refused for option values of the wrong kind', async () => {
    const { weights } = run
    const bad: readonly unknown[] = [
      undefined,
      { data },
      { data, weights: {} },
      { data, weights, statistics: 3 },
      { data, weights, exact: 1 },
      { data, weights, winograd: 'no' },
    ]
    const said: string[] = []
    for (const verb of [predict, evaluate]) {
      for (const options of bad) said.push(await laterRefusal(() => Reflect.apply(verb, undefined, [network, options])))
    }
    const own = { data, weights }
    said.push(await laterRefusal(() => Reflect.apply(predict, undefined, [network, { ...own, set: true }])))
    said.push(await laterRefusal(() => Reflect.apply(predict, undefined, [network, { ...own, onProgress: 3 }])))
    said.push(await laterRefusal(() => Reflect.apply(evaluate, undefined, [network, { ...own, onEvaluation: 3 }])))
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: data: expected a data set, got nothing. Give a data set such as glyphs().
      IsobathError: weights: expected a Map with the values of each parameter by name, got nothing. Give the result of initialize or loadWeights, or the weights of a run.
      IsobathError: weights: expected a Map with the values of each parameter by name, got an object. Give the result of initialize or loadWeights, or the weights of a run.
      IsobathError: statistics: expected the statistics of a training set, got 3. Give the statistics of a run, or leave the option out.
      IsobathError: exact: expected true or false, got 1. Choose true or false, or leave the option out.
      IsobathError: winograd: expected true or false, got "no". Choose true or false, or leave the option out.
      IsobathError: data: expected a data set, got nothing. Give a data set such as glyphs().
      IsobathError: weights: expected a Map with the values of each parameter by name, got nothing. Give the result of initialize or loadWeights, or the weights of a run.
      IsobathError: weights: expected a Map with the values of each parameter by name, got an object. Give the result of initialize or loadWeights, or the weights of a run.
      IsobathError: statistics: expected the statistics of a training set, got 3. Give the statistics of a run, or leave the option out.
      IsobathError: exact: expected true or false, got 1. Choose true or false, or leave the option out.
      IsobathError: winograd: expected true or false, got "no". Choose true or false, or leave the option out.
      IsobathError: set: expected one of train, validation, test, got true.
      IsobathError: onProgress: expected a function, got 3. Give a valid value, or leave the option out.
      IsobathError: onEvaluation: expected a function, got 3. Give a valid value, or leave the option out."
    `)
  })
})
