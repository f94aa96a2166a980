/** Tests trainings with each loss, with weights of classes and with balanced classes, through the public API. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  autoencode,
  chain,
  compare,
  dataset,
  decodeModel,
  dense,
  encodeModel,
  evaluate,
  glyphs,
  moons,
  predict,
  relu,
  resume,
  sigmoid,
  type TrainOptions,
  train,
} from '../../src/index.ts'
import { copyAfter, outcome } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = moons({ train: 120, test: 60, seed: 2 })
const layers = [dense(8), relu(), dense(1)] as const
const logits = chain(...layers)
const probabilities = chain(...layers, sigmoid())
const common = { data, steps: 30, batch: 32, threads: 1, seed: 3 } as const
const binary = { ...common, loss: 'binary-cross-entropy' } as const

describe('binary cross-entropy with a single output for two classes', () => {
  it('trains a network that ends in a sigmoid exactly as the network without the sigmoid, and says so', async () => {
    const [plain, ending] = [await train(logits, binary), await train(probabilities, binary)]
    expect(ending.weightsSha256).toBe(plain.weightsSha256)
    expect([ending.losses, ending.train, ending.test]).toEqual([plain.losses, plain.train, plain.test])
    expect(plain.notes).toEqual([])
    expect(ending.notes).toEqual([expect.stringContaining('computes the sigmoid at the end of the network itself')])
  })

  it('predicts a probability for each class, from a run, a saved model, or weights with or without the sigmoid', async () => {
    const run = await train(probabilities, binary)
    const options = { data, weights: run.weights, statistics: run.statistics, loss: 'binary-cross-entropy' } as const
    const found = await predict(logits, options)
    expect(found).toMatchObject({ task: 'classification', kind: 'probabilities', width: 2, count: 60 })
    for (let sample = 0; sample < 60; sample++) {
      const [no, yes] = found.values.subarray(2 * sample, 2 * sample + 2)
      expect(no + yes).toBeCloseTo(1, 12)
      expect(found.classes?.[sample]).toBe(yes > 0.5 ? 1 : 0)
    }
    expect(await predict(probabilities, options)).toEqual(found)
    const rows = Array.from({ length: 60 }, (_, row) => [...data.test.inputs.slice(2 * row, 2 * row + 2)])
    expect(await predict(run, rows)).toEqual(found)
    expect(await predict(decodeModel(encodeModel(run)), rows)).toEqual(found)
    const wrong = Array.from(data.test.labels).filter((label, sample) => found.classes?.[sample] !== label).length
    expect(run.test.error).toBeCloseTo(wrong / 60, 12)
    expect(await evaluate(probabilities, options)).toEqual({ train: run.train, test: run.test })
  })

  it('names the classes of a saved model with a single output', async () => {
    const inputs = Array.from({ length: 40 }, (_, row) => [row])
    const named = dataset({ inputs, labels: inputs.map(([value]) => (value < 20 ? 'early' : 'late')) })
    const run = await train(dense(1), { ...binary, data: named })
    expect(decodeModel(encodeModel(run)).classNames).toEqual(['early', 'late'])
  })

  it('gives the same probabilities as cross-entropy with two outputs at mirrored weights', async () => {
    const run = await train(dense(1), binary)
    const [weights, bias] = [...run.weights.values()].map((values) => Array.from(values))
    const names = [...run.weights.keys()]
    const mirrored = new Map([
      [names[0], Float64Array.from([...weights.map((value) => -value / 2), ...weights.map((value) => value / 2)])],
      [names[1], Float64Array.from([-bias[0] / 2, bias[0] / 2])],
    ])
    const options = { data, statistics: run.statistics, exact: true } as const
    const two = await predict(dense(2), { ...options, weights: mirrored })
    const one = await predict(dense(1), { ...options, weights: run.weights, loss: 'binary-cross-entropy' })
    one.values.forEach((value, index) => {
      expect(value).toBeCloseTo(two.values[index], 5)
    })
  })

  it('scores and predicts values between 0 and 1 as sigmoids of the outputs', async () => {
    const images = autoencode(glyphs({ train: 40, test: 10 }))
    const run = await train(chain(dense(16), relu(), dense(784)), { ...binary, data: images, standardize: 'none' })
    const { values, kind } = await predict(run, images.test.inputs)
    expect(kind).toBe('values')
    expect(values.every((value) => value >= 0 && value <= 255)).toBe(true)
    let [squares, variance] = [0, 0]
    for (let pixel = 0; pixel < 784; pixel++) {
      const column = Array.from({ length: 10 }, (_, row) => images.test.inputs[row * 784 + pixel])
      const mean = column.reduce((sum, value) => sum + value / 10, 0)
      column.forEach((value, row) => {
        squares += (values[row * 784 + pixel] - value) ** 2
        variance += (value - mean) ** 2
      })
    }
    expect(run.test.error).toBeCloseTo(squares / variance, 6)
  })
})

describe('other losses', () => {
  it.each(['squared-error', 'absolute-error', 'huber'] as const)(
    '%s trains a single output for two classes, which is about 1 for class 1',
    async (loss) => {
      const run = await train(logits, { ...common, loss, steps: 200 })
      expect(run.test.error).toBeLessThan(0.25)
      const { kind, width, classes, values } = await predict(run, data.test.inputs)
      expect({ kind, width }).toEqual({ kind: 'outputs', width: 1 })
      expect([...values].map((value) => (value > 0.5 ? 1 : 0))).toEqual([...(classes ?? [])])
    },
  )

  it('evaluates a model of the Huber loss with the delta of its training', async () => {
    const inputs = Array.from({ length: 40 }, (_, row) => [row, row % 3])
    const values = dataset({ inputs, targets: inputs.map(([one, other]) => one - 4 * other) })
    const run = await train(dense(1), { ...common, data: values, loss: 'huber', huberDelta: 0.1 })
    const { huberDelta, loss } = decodeModel(encodeModel(run))
    expect({ huberDelta, loss }).toEqual({ huberDelta: 0.1, loss: 'huber' })
    const { weights, statistics } = run
    const scores = await evaluate(dense(1), { data: values, weights, statistics, loss, huberDelta })
    expect(scores).toEqual({ train: run.train, test: run.test })
  })
})

describe('classes of different sizes', () => {
  it('weights that are equal give the same training as no weights, apart from rounding', async () => {
    const options = { ...common, exact: true } as const
    const network = chain(dense(8), relu(), dense(2))
    const plain = await train(network, options)
    const weighted = await train(network, { ...options, classWeights: [3, 3] })
    weighted.losses.forEach(({ loss }, step) => {
      expect(loss).toBeCloseTo(plain.losses[step].loss, 5)
    })
    const other = await train(network, { ...options, classWeights: [1, 10] })
    expect(other.losses[0].loss).not.toBeCloseTo(plain.losses[0].loss, 5)
  })

  it.each([{ order: 'balanced' }, { classWeights: 'balanced' }] satisfies Partial<TrainOptions>[])(
    'a stopped run with %j resumes to the same bits, with its notes',
    async (option) => {
      const name = Object.keys(option).join('-')
      const [folder, copy] = [join(root, name), join(root, `${name}-copy`)]
      const observers = [copyAfter([17], folder, () => copy)]
      const options = { ...binary, ...option, run: folder, checkpointEvery: 5, observers }
      const whole = await train(probabilities, options)
      const resumed = await resume(copy, { data, threads: 1 })
      expect(outcome(resumed)).toEqual(outcome(whole))
      expect(resumed.notes).toHaveLength(1)
      expect((await resume(folder, { data })).notes).toEqual(resumed.notes)
    },
  )

  it('a comparison notes that the loss absorbs a sigmoid, and stores the networks without the sigmoid', async () => {
    const notes: string[] = []
    const family = { name: 'one', label: 'one', ofDepth: () => probabilities }
    const { threads: _, seed: __, ...options } = binary
    const { rows } = await compare([family], {
      ...options,
      depths: [1],
      seeds: [3],
      onEvent: (event) => {
        if (event.kind === 'note') notes.push(event.note)
      },
    })
    expect(notes).toEqual([expect.stringMatching(/^one: The loss binary-cross-entropy computes the sigmoid/)])
    const alone = await train(logits, binary)
    expect(rows[0].weightsSha256).toBe(alone.weightsSha256)
  })
})
