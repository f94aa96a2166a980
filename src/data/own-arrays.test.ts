import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { checkSamples } from './check-samples.ts'
import { type Dataset, taskOf } from './dataset.ts'
import { glyphs } from './glyphs.ts'
import { dataset, type OwnDataset } from './own-arrays.ts'

const rows = Array.from({ length: 10 }, (_, row) => [row, 10 - row, row / 4])

describe('dataset', () => {
  it('makes sorted classes from words and holds out a fifth of the samples for testing', () => {
    const data = dataset({ inputs: rows, labels: rows.map((_, row) => (row % 2 === 0 ? 'yes' : 'no')) })
    expect(data).toMatchObject({ name: 'data', shape: [3], classes: 2, classNames: ['no', 'yes'] })
    expect([data.train.count, data.test.count]).toEqual([8, 2])
    const inputs = [...data.train.inputs, ...data.test.inputs].sort()
    expect(inputs).toEqual(rows.flat().sort())
    // Each sample keeps its label.
    for (const { inputs, labels } of [data.train, data.test]) {
      labels.forEach((label, sample) => {
        expect(label).toBe(inputs[3 * sample] % 2 === 0 ? 1 : 0)
      })
    }
  })

  it('uses typed arrays without a copy, with test and validation samples of the same kind', () => {
    const inputs = new Uint8Array(24).fill(7)
    const small = { inputs: inputs.subarray(0, 12), labels: new Uint8Array([3]) }
    const data = dataset({ inputs, shape: [3, 2, 2], labels: [0, 1], classes: 4, test: small, validation: small })
    expect(data.train.inputs).toBe(inputs)
    expect(data).toMatchObject({ classes: 4, train: { count: 2 }, test: { count: 1 }, validation: { count: 1 } })
  })

  it('accepts rows that are typed arrays', () => {
    const typed = rows.map((row) => Float64Array.from(row))
    const labels = rows.map((_, row) => row % 2)
    expect(dataset({ inputs: typed, labels })).toEqual(dataset({ inputs: rows, labels }))
  })

  it('makes a regression from targets, and autoencoding from inputs as targets', () => {
    const values = dataset({ inputs: rows, targets: rows.map(([first]) => 0.1 * first), targetNames: ['size'] })
    expect(taskOf(values)).toBe('regression')
    // The number 0.1 has no exact float32 value.
    expect(values.train.targets).toBeInstanceOf(Float64Array)
    const pairs = dataset({ inputs: rows, targets: rows.map(([first]) => [first, 2 * first]) })
    expect(pairs.train.targets).toHaveLength(16)
    expect(taskOf(dataset({ inputs: rows, targets: 'inputs' }))).toBe('autoencoding')
  })

  it('chooses test samples by the seed and the requested fraction', () => {
    const make = (options: Partial<OwnDataset>) =>
      dataset({ inputs: rows, labels: rows.map((_, row) => row), ...options })
    expect(make({ testFraction: 0.5 }).test.count).toBe(5)
    const { train, test } = make({ testFraction: 0 })
    expect([train.count, test.count, test.inputs.length, test.labels.length]).toEqual([10, 0, 0, 0])
    expect(dataset({ inputs: [[1]], targets: [2], testFraction: 0 }).train.count).toBe(1)
    expect(make({ seed: 1 }).test.labels).not.toEqual(make({ seed: 2 }).test.labels)
    expect(make({ seed: 1 })).toEqual(make({ seed: 1 }))
  })

  it('names the place of a wrong length, a label out of range and a value that is not finite', () => {
    const labels = rows.map((_, row) => row % 3)
    const changed = (row: number, value: unknown) => rows.map((one, at) => (at === row ? [one[0], value, 2] : one))
    const wrong: Record<string, unknown> = {
      nothing: undefined,
      'a misspelled option': { inputs: rows, lables: labels },
      'no labels': { inputs: rows },
      'both labels and targets': { inputs: rows, labels, targets: labels },
      'one label too few': { inputs: rows, labels: labels.slice(1), test: { inputs: rows, labels } },
      'a label out of range': { inputs: rows, labels: [...labels.slice(1), 7], classes: 3 },
      'a label of 0.5': { inputs: rows, labels: [...labels.slice(1), 0.5] },
      'a word that names no class': { inputs: rows, labels: labels.map(String), classNames: ['0', '1'] },
      'a short row': { inputs: [...rows.slice(1), [1, 2]], labels },
      'a NaN in training inputs': { inputs: changed(4, Number.NaN), labels },
      'a word among inputs': { inputs: changed(4, 'four'), labels },
      'a NaN in test inputs': {
        inputs: rows,
        labels,
        test: { inputs: new Float32Array([1, Number.NaN, 2]), labels: [0] },
      },
      'an infinite target': { inputs: rows, targets: labels.map((label) => (label === 2 ? Infinity : label)) },
      'one array without a shape': { inputs: new Float32Array(30), labels },
      'an array that ends within a sample': { inputs: new Float32Array(31), shape: [3], labels },
      'a shape of size 0': { inputs: rows, shape: [0], labels },
      'test inputs of another kind': { inputs: rows, labels, test: { inputs: new Uint8Array(3), labels: [0] } },
      'fewer test targets': { inputs: rows, targets: rows, test: { inputs: rows, targets: labels } },
      'a fraction in addition to test samples': {
        inputs: rows,
        labels,
        test: { inputs: rows, labels },
        testFraction: 0.1,
      },
      'a single sample': { inputs: [[1]], labels: [0] },
      'a test label that the training set lacks': {
        inputs: rows,
        labels,
        test: { inputs: rows, labels: labels.with(3, 5) },
      },
      'a test word that the training set lacks': {
        inputs: rows,
        labels: labels.map((label) => `c${label}`),
        test: { inputs: [rows[0]], labels: ['c9'] },
      },
      'a label that is no number': { inputs: rows, labels: labels.with(2, Number.NaN) },
      'a label that is huge': { inputs: rows, labels: labels.with(2, 1e9) },
      'a label below 0': { inputs: rows, labels: labels.with(2, -1) },
      'words and numbers': { inputs: rows, labels: [...labels.slice(1), 'two'] },
      'too many targets': { inputs: rows, targets: [...labels, 4] },
      'a target beyond float64': { inputs: rows, targets: labels.map((label) => 1e308 * 10 * label) },
      'typed targets that are NaN': { inputs: rows, targets: new Float32Array(10).fill(Number.NaN) },
      'a value with an infinite square': { inputs: changed(4, 1e160), labels },
      'a number as the shape': { inputs: new Float32Array(30), shape: 3, labels },
      'words in place of rows': { inputs: ['a', 'b'], labels: [0, 1] },
      'null as test samples': { inputs: rows, labels, test: null },
      'a misspelled key of test samples': { inputs: rows, labels, test: { inputs: rows, label: labels } },
      'labels in the training set only': { inputs: rows, labels, test: { inputs: rows, targets: labels } },
      'a word as the seed': { inputs: rows, labels, seed: 'x' },
      'a word as the fraction': { inputs: rows, labels, testFraction: '0.5' },
      'a number as the name': { inputs: rows, labels, name: 5 },
      'a single word for all names': { inputs: rows, labels, classNames: 'abc' },
      'a duplicate name': { inputs: rows, labels, classNames: ['a', 'b', 'a'] },
      'one name too few': { inputs: rows, labels, classNames: ['a', 'b'], classes: 3 },
      'a number of classes that differs from the words': { inputs: rows, labels: labels.map(String), classes: 7 },
      'classes in addition to targets': { inputs: rows, targets: labels, classes: 3 },
      'too many names of targets': { inputs: rows, targets: labels, targetNames: ['a', 'b'] },
      'names of targets in addition to labels': { inputs: rows, labels, targetNames: ['a'] },
    }
    const said = Object.entries(wrong).map(([what, own]) => `${what}: ${refusal(() => dataset(own as OwnDataset))}`)
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "nothing: IsobathError: dataset: expected an object such as { inputs: [[0, 1], [1, 1]], labels: [0, 1] }, got nothing.
      a misspelled option: IsobathError: dataset: expected the options inputs, labels, targets, test, validation, shape, testFraction, seed, classes, classNames, targetNames, name, got "lables". Did you mean labels?
      no labels: IsobathError: data, train: expected labels (classes) or targets (values), got neither.
      both labels and targets: IsobathError: data, train: expected labels (classes) or targets (values), got both.
      one label too few: IsobathError: data, train: labels: expected 10 (one for each of 10 samples), got 9.
      a label out of range: IsobathError: data, train: labels: sample 9: expected a class from 0 to 2, got 7.
      a label of 0.5: IsobathError: data, train: labels: sample 9: expected a class from 0 to 65535, got 0.5.
      a word that names no class: IsobathError: data, train: labels: sample 2: expected one of the words 0, 1, got "2".
      a short row: IsobathError: data, train: inputs: sample 9: expected 3 values, got 2.
      a NaN in training inputs: IsobathError: data, train: inputs: sample 4, value 1: expected a finite number, got NaN. Leave the sample out, or replace the value with a finite number.
      a word among inputs: IsobathError: data, train: inputs: sample 4, value 1: expected a finite number, got "four". Leave the sample out, or replace the value with a finite number.
      a NaN in test inputs: IsobathError: data, test: inputs: sample 0, value 1: expected a finite number, got NaN. Leave the sample out, or replace the value with a finite number.
      an infinite target: IsobathError: data, train: targets: sample 2, value 0: expected a finite number, got Infinity. Leave the sample out, or replace the value with a finite number.
      one array without a shape: IsobathError: data: shape: expected the sizes of one sample, because the inputs are not rows, got nothing. Give a shape, such as [3, 32, 32].
      an array that ends within a sample: IsobathError: data, train: inputs: expected a multiple of 3 values, got 31.
      a shape of size 0: IsobathError: dataset: shape: expected the sizes of one sample, [features] or [channels, height, width], got [0].
      test inputs of another kind: IsobathError: data, test: inputs: expected numbers, as in the training set, got bytes.
      fewer test targets: IsobathError: data, test: expected 3 targets for each sample, as in the training set, got one target for each sample.
      a fraction in addition to test samples: IsobathError: data: testFraction: expected no fraction, because test samples are given. Leave out the fraction or the test samples.
      a single sample: IsobathError: data: expected at least 2 samples, one for training and one for testing, got 1. Give test samples, or train on all samples with testFraction: 0.
      a test label that the training set lacks: IsobathError: data, test: labels: sample 3: expected a class from 0 to 2, got 5.
      a test word that the training set lacks: IsobathError: data, test: labels: sample 0: expected one of the words c0, c1, c2, got "c9".
      a label that is no number: IsobathError: data, train: labels: sample 2: expected a class from 0 to 65535, got NaN.
      a label that is huge: IsobathError: data, train: labels: sample 2: expected a class from 0 to 65535, got 1000000000.
      a label below 0: IsobathError: data, train: labels: sample 2: expected a class from 0 to 65535, got -1.
      words and numbers: IsobathError: data, train: labels: sample 0: expected one of the words two, got 1.
      too many targets: IsobathError: data, train: targets: expected 10, one for each sample, got 11.
      a target beyond float64: IsobathError: data, train: targets: sample 0, value 0: expected a finite number, got NaN. Leave the sample out, or replace the value with a finite number.
      typed targets that are NaN: IsobathError: data, train: targets: sample 0, value 0: expected a finite number, got NaN. Leave the sample out, or replace the value with a finite number.
      a value with an infinite square: IsobathError: data, train: inputs: sample 4, value 1: expected a finite number, got 1e+160, which is too large for float32. Give the values in a larger unit.
      a number as the shape: IsobathError: dataset: shape: expected the sizes of one sample, [features] or [channels, height, width], got 3.
      words in place of rows: IsobathError: data, train: inputs: sample 0: expected a row of numbers, such as [0, 1], got "a".
      null as test samples: IsobathError: data, test: expected an object such as { inputs: [[0, 1], [1, 1]], labels: [0, 1] }, got null.
      a misspelled key of test samples: IsobathError: data, test: expected the options inputs, labels, targets, got "label". Did you mean labels?
      labels in the training set only: IsobathError: data, test: expected class labels, as in the training set, got one target for each sample.
      a word as the seed: IsobathError: dataset: seed: expected a whole number of at least 0, got "x".
      a word as the fraction: IsobathError: dataset: testFraction: expected a number of at least 0 and below 1, got "0.5".
      a number as the name: IsobathError: dataset: name: expected text, got 5.
      a single word for all names: IsobathError: dataset: classNames: expected a list of texts, got "abc".
      a duplicate name: IsobathError: data: classNames: expected different names, got "a" twice.
      one name too few: IsobathError: data: classNames: expected 3 names, one for each class, got 2.
      a number of classes that differs from the words: IsobathError: data: classes: expected 3, the number of class names, got 7. Leave the option out.
      classes in addition to targets: IsobathError: data: classes: the samples have targets and no classes. Leave the option out.
      too many names of targets: IsobathError: data: targetNames: expected 1 names, one for each target, got 2.
      names of targets in addition to labels: IsobathError: data: targetNames: the samples have no targets of their own. Leave the option out."
    `)
  })
})

describe('checkSamples', () => {
  it('refuses a data set whose parts contradict each other, in training and test samples', () => {
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
      'a label below 0': { ...good, train: { ...train, labels: new Int8Array(20).fill(-1) } },
      'a label of 0.5': { ...good, test: { ...good.test, labels: new Float32Array(10).fill(0.5) } },
      'targets in the test set only': { ...good, test: { ...good.test, targets: new Float32Array(10) } },
      'no test samples': { ...good, test: undefined },
      'null for validation': { ...good, validation: null },
      'null for targets': { ...good, train: { ...train, targets: null } },
      'lists for arrays': { ...good, train: { ...train, inputs: [1, 2] } },
      'a number for a name': { ...good, name: 5 },
      'a single word for all names': { ...good, classNames: 'abc' },
      'a number of targets that is no multiple of the samples': {
        ...good,
        train: { ...train, targets: new Float32Array(3) },
      },
    }
    const said = Object.entries(wrong).map(([what, data]) => `${what}: ${refusal(() => checkSamples(data as Dataset))}`)
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "inputs half as long: IsobathError: glyphs, train: inputs: expected 15680 (20 samples of 784 values), got 7840.
      a label of 7 among 2 classes: IsobathError: glyphs, train: labels: sample 0: expected a class from 0 to 1, got 2.
      no samples: IsobathError: glyphs, train: count: expected at least 1 sample, got 0.
      no shape: IsobathError: glyphs: shape: expected the sizes of one sample, [features] or [channels, height, width], got [].
      a NaN among test inputs: IsobathError: glyphs, test: inputs: sample 1, value 1: expected a finite number, got NaN. Leave the sample out, or replace the value with a finite number.
      a label below 0: IsobathError: glyphs, train: labels: sample 0: expected a class from 0 to 9, got -1.
      a label of 0.5: IsobathError: glyphs, test: labels: sample 0: expected a class from 0 to 9, got 0.5.
      targets in the test set only: IsobathError: glyphs, test: expected class labels, as in the training set, got one target for each sample.
      no test samples: IsobathError: glyphs, test: expected samples, { count, inputs, labels } with typed arrays, got nothing.
      null for validation: IsobathError: glyphs, validation: expected samples, { count, inputs, labels } with typed arrays, got null.
      null for targets: IsobathError: glyphs, train: expected samples, { count, inputs, labels } with typed arrays, got an object.
      lists for arrays: IsobathError: glyphs, train: expected samples, { count, inputs, labels } with typed arrays, got an object.
      a number for a name: IsobathError: data: name: expected text, got 5.
      a single word for all names: IsobathError: data: classNames: expected a list of texts, got "abc".
      a number of targets that is no multiple of the samples: IsobathError: glyphs, train: targets: expected the same number of values for each of 20 samples, got 3 values."
    `)
    expect(() => checkSamples(good)).not.toThrow()
  })
})
