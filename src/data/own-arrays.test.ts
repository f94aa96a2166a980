import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { checkSamples } from './check-samples.ts'
import { taskOf } from './dataset.ts'
import { glyphs } from './glyphs.ts'
import { dataset, type OwnDataset } from './own-arrays.ts'

const rows = Array.from({ length: 10 }, (_, row) => [row, 10 - row, row / 4])

describe('dataset', () => {
  it('makes classes of words, in their order, and holds a fifth of the samples out for the test', () => {
    const data = dataset({ inputs: rows, labels: rows.map((_, row) => (row % 2 === 0 ? 'yes' : 'no')) })
    expect(data).toMatchObject({ name: 'data', shape: [3], classes: 2, classNames: ['no', 'yes'] })
    expect([data.train.count, data.test.count]).toEqual([8, 2])
    const inputs = [...data.train.inputs, ...data.test.inputs].sort()
    expect(inputs).toEqual(rows.flat().sort())
    // A sample keeps its label.
    for (const { inputs, labels } of [data.train, data.test]) {
      labels.forEach((label, sample) => {
        expect(label).toBe(inputs[3 * sample] % 2 === 0 ? 1 : 0)
      })
    }
  })

  it('takes typed arrays as they are, with test and validation samples of the same kind', () => {
    const inputs = new Uint8Array(24).fill(7)
    const small = { inputs: inputs.subarray(0, 12), labels: new Uint8Array([3]) }
    const data = dataset({ inputs, shape: [3, 2, 2], labels: [0, 1], classes: 4, test: small, validation: small })
    expect(data.train.inputs).toBe(inputs)
    expect(data).toMatchObject({ classes: 4, train: { count: 2 }, test: { count: 1 }, validation: { count: 1 } })
  })

  it('makes values to predict of targets, and autoencoding of inputs', () => {
    const values = dataset({ inputs: rows, targets: rows.map(([first]) => 0.1 * first), targetNames: ['size'] })
    expect(taskOf(values)).toBe('regression')
    // 0.1 is no float32.
    expect(values.train.targets).toBeInstanceOf(Float64Array)
    const pairs = dataset({ inputs: rows, targets: rows.map(([first]) => [first, 2 * first]) })
    expect(pairs.train.targets).toHaveLength(16)
    expect(taskOf(dataset({ inputs: rows, targets: 'inputs' }))).toBe('autoencoding')
  })

  it('chooses other test samples with another seed, and as many as were asked for', () => {
    const make = (options: Partial<OwnDataset>) =>
      dataset({ inputs: rows, labels: rows.map((_, row) => row), ...options })
    expect(make({ testFraction: 0.5 }).test.count).toBe(5)
    expect(make({ seed: 1 }).test.labels).not.toEqual(make({ seed: 2 }).test.labels)
    expect(make({ seed: 1 })).toEqual(make({ seed: 1 }))
  })

  it('says where a length is wrong, a label is out of range or a value is no finite number', () => {
    const labels = rows.map((_, row) => row % 3)
    const changed = (row: number, value: unknown) => rows.map((one, at) => (at === row ? [one[0], value, 2] : one))
    const wrong: Record<string, unknown> = {
      nothing: undefined,
      'a misspelt option': { inputs: rows, lables: labels },
      'no labels': { inputs: rows },
      'both labels and targets': { inputs: rows, labels, targets: labels },
      'a label too few': { inputs: rows, labels: labels.slice(1), test: { inputs: rows, labels } },
      'a label out of range': { inputs: rows, labels: [...labels.slice(1), 7], classes: 3 },
      'half a label': { inputs: rows, labels: [...labels.slice(1), 0.5] },
      'a word that names no class': { inputs: rows, labels: labels.map(String), classNames: ['0', '1'] },
      'a short row': { inputs: [...rows.slice(1), [1, 2]], labels },
      'a NaN in training inputs': { inputs: changed(4, Number.NaN), labels },
      'a word among inputs': { inputs: changed(4, 'four'), labels },
      'a NaN in test inputs': {
        inputs: rows,
        labels,
        test: { inputs: new Float32Array([1, Number.NaN, 2]), labels: [0] },
      },
      'infinity in targets': { inputs: rows, targets: labels.map((label) => (label === 2 ? Infinity : label)) },
      'one array without a shape': { inputs: new Float32Array(30), labels },
      'an array that ends within a sample': { inputs: new Float32Array(31), shape: [3], labels },
      'a shape of no size': { inputs: rows, shape: [0], labels },
      'other test inputs': { inputs: rows, labels, test: { inputs: new Uint8Array(3), labels: [0] } },
      'fewer test targets': { inputs: rows, targets: rows, test: { inputs: rows, targets: labels } },
      'a fraction beside test samples': { inputs: rows, labels, test: { inputs: rows, labels }, testFraction: 0.1 },
      'one sample alone': { inputs: [[1]], labels: [0] },
    }
    const said = Object.entries(wrong).map(([what, own]) => `${what}: ${refusal(() => dataset(own as OwnDataset))}`)
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "nothing: IsobathError: dataset: expected an object such as { inputs: [[0, 1], [1, 1]], labels: [0, 1] }, got nothing.
      a misspelt option: IsobathError: dataset: expected the options inputs, labels, targets, shape, test, validation, testFraction, seed, classes, classNames, targetNames, name, got "lables". Did you mean labels?
      no labels: IsobathError: data, train: expected labels (classes) or targets (values), got neither.
      both labels and targets: IsobathError: data, train: expected labels (classes) or targets (values), got both.
      a label too few: IsobathError: data, train: labels: expected 10 (one for each of 10 samples), got 9.
      a label out of range: IsobathError: data, train: labels: sample 9: expected a class from 0 to 2, got 7.
      half a label: IsobathError: data, train: labels: sample 9: expected a class, got 0.5.
      a word that names no class: IsobathError: data, train: labels: sample 2: expected a class, got "2".
      a short row: IsobathError: data, train: inputs: sample 9: expected 3 values, got 2.
      a NaN in training inputs: IsobathError: data, train: inputs: sample 4, value 1: expected a finite number, got NaN. Leave the sample out, or fill the value in.
      a word among inputs: IsobathError: data, train: inputs: sample 4, value 1: expected a finite number, got "four". Leave the sample out, or fill the value in.
      a NaN in test inputs: IsobathError: data, test: inputs: sample 0, value 1: expected a finite number, got NaN. Leave the sample out, or fill the value in.
      infinity in targets: IsobathError: data, train: targets: sample 2, value 0: expected a finite number, got Infinity. Leave the sample out, or fill the value in.
      one array without a shape: IsobathError: data: shape: expected the sizes of one sample where inputs are not rows, got nothing. Give one, such as [3, 32, 32].
      an array that ends within a sample: IsobathError: data, train: inputs: expected a multiple of 3 values, got 31.
      a shape of no size: IsobathError: data, train: inputs: sample 0: expected 0 values, got 3.
      other test inputs: IsobathError: data, test: inputs: expected numbers, as in training.
      fewer test targets: IsobathError: data, test: targets: expected 3 a sample, as in training, got 1 a sample.
      a fraction beside test samples: IsobathError: data: testFraction: the test samples are given. Leave one out.
      one sample alone: IsobathError: data: expected at least 2 samples to test on some, got 1. Give test samples."
    `)
  })
})

describe('a data set of a caller', () => {
  it('is refused where its parts contradict each other, training and test samples alike', () => {
    const good = glyphs({ train: 20, test: 10 })
    const { train } = good
    const wrong = {
      'inputs half as long': { ...good, train: { ...train, inputs: train.inputs.slice(0, 10 * 784) } },
      'a label of 7 among 2 classes': {
        ...good,
        classes: 2,
        test: { ...good.test, labels: new Uint8Array(10).fill(7) },
      },
      'no samples': { ...good, train: { ...train, count: 0 } },
      'no shape': { ...good, shape: [] },
      'a NaN among test inputs': {
        ...good,
        test: {
          ...good.test,
          inputs: Float32Array.from(good.test.inputs, (value, at) => (at === 785 ? Number.NaN : value)),
        },
      },
      'targets of no width': { ...good, train: { ...train, targets: new Float32Array(3) } },
    }
    const said = Object.entries(wrong).map(([what, data]) => `${what}: ${refusal(() => checkSamples(data))}`)
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "inputs half as long: IsobathError: glyphs, train: inputs: expected 15680 (20 samples of 784 values), got 7840.
      a label of 7 among 2 classes: IsobathError: glyphs, train: labels: sample 0: expected a class from 0 to 1, got 2.
      no samples: IsobathError: glyphs, train: count: expected at least 1 sample, got 0.
      no shape: IsobathError: glyphs: shape: expected the sizes of one sample, [features] or [channels, height, width], got [].
      a NaN among test inputs: IsobathError: glyphs, test: inputs: sample 1, value 1: expected a finite number, got NaN. Leave the sample out, or fill the value in.
      targets of no width: IsobathError: glyphs, train: targets: expected as many for each of 20 samples, got 3."
    `)
    expect(() => checkSamples(good)).not.toThrow()
  })
})
