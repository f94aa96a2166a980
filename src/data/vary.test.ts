import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../test/support/seed.ts'
import { refusal } from '../../test/support/refusal.ts'
import { autoencode, type Dataset, outputsOf, type Samples, taskOf } from './dataset.ts'
import { moons } from './planar.ts'
import { vary } from './vary.ts'

/** Returns a data set in which the input of each sample is the sample's number: 0, 1, 2 and so on. */
function numbered(count: number, targets = false): Dataset {
  const samples = (size: number): Samples => ({
    count: size,
    inputs: Float32Array.from({ length: size }, (_, row) => row),
    labels: targets ? new Uint8Array(0) : Uint8Array.from({ length: size }, (_, row) => row % 3),
    ...(targets ? { targets: Float32Array.from({ length: size }, (_, row) => row) } : {}),
  })
  return { name: 'numbers', shape: [1], classes: targets ? 0 : 3, train: samples(count), test: samples(4) }
}

describe('vary with the option validation', () => {
  test('moves samples from the training set to the validation set with their labels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.nat(99),
        (count, validation, seed) => {
          const data = numbered(count)
          const { train, test: held, validation: part } = vary(data, { validation, seed })
          const both = [...train.inputs, ...(part?.inputs ?? [])]
          expect(both.sort((one, other) => one - other)).toEqual([...data.train.inputs])
          for (const set of [train, part]) {
            expect(Array.from(set?.inputs ?? [], (value) => value % 3)).toEqual([...(set?.labels ?? [])])
          }
          expect(held).toBe(data.test)
          expect(part?.count).toBe(Math.min(count - 1, Math.max(1, Math.round(validation * count))))
        },
      ),
    )
  })

  test('makes the same validation set for every subset of the training set', () => {
    const all = vary(numbered(40), { validation: 0.25, seed: 3 })
    const some = vary(numbered(40), { validation: 0.25, seed: 3, samples: 10 })
    expect(some.validation).toEqual(all.validation)
    expect(some.train.inputs.every((value) => all.train.inputs.includes(value))).toBe(true)
  })
})

describe('vary with the option randomLabels', () => {
  test('draws labels of equal probability by the seed, for the training set only', () => {
    const data = numbered(3000)
    const varied = vary(data, { randomLabels: true, seed: 1, validation: 0.1 })
    expect(varied.train.inputs).toEqual(vary(data, { seed: 1, validation: 0.1 }).train.inputs)
    const right = Array.from(varied.train.labels).filter((label, row) => label === varied.train.inputs[row] % 3).length
    expect(right / varied.train.count).toBeGreaterThan(0.28)
    expect(right / varied.train.count).toBeLessThan(0.39)
    expect([...(varied.validation?.labels ?? [])]).toEqual(
      Array.from(varied.validation?.inputs ?? [], (value) => value % 3),
    )
    expect(varied.test).toBe(data.test)
    expect(vary(data, { randomLabels: true, seed: 1, validation: 0.1 }).train).toEqual(varied.train)
    expect(vary(data, { randomLabels: true, seed: 2, validation: 0.1 }).train.labels).not.toEqual(varied.train.labels)
    // The samples of a subset have the labels that were drawn for the whole set.
    const some = vary(data, { randomLabels: true, seed: 1, samples: 50 }).train
    const all = vary(data, { randomLabels: true, seed: 1 }).train
    expect([...some.labels]).toEqual(Array.from(some.inputs, (value) => all.labels[value]))
  })

  test('shuffles the values of a regression', () => {
    const { train } = vary(numbered(100, true), { randomLabels: true })
    const values = train.targets instanceof Float32Array ? train.targets : new Float32Array(0)
    expect([...values].sort((one, other) => one - other)).toEqual([...train.inputs])
    expect(values).not.toEqual(train.inputs)
  })
})

test('an autoencoding set has one output for each input and shares the inputs as targets', () => {
  const data = moons({ train: 10, test: 5 })
  const given = autoencode(vary(data, { validation: 0.2 }))
  expect([taskOf(data), outputsOf(data), taskOf(given), outputsOf(given)]).toEqual([
    'classification',
    2,
    'autoencoding',
    2,
  ])
  expect(given.test.inputs).toBe(data.test.inputs)
  expect(given.validation?.targets).toBe('inputs')
  expect(taskOf(vary(data, { target: 'autoencode', samples: 4 }))).toBe('autoencoding')
})

test('vary refuses options that do not fit the data set', () => {
  const data = numbered(10)
  const all = [
    () => vary(data, { target: 'values' }),
    () => vary(data, { target: 'autoencode', randomLabels: true }),
    () => vary(numbered(1), { validation: 0.5 }),
    () => vary(data, { validation: 0.5, samples: 6 }),
  ]
  expect(all.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: target: numbers has no values to predict. Leave the option out, or choose autoencode.
    IsobathError: randomLabels: numbers has no labels if the network reproduces its inputs. Leave the option out.
    IsobathError: numbers: expected at least 2 training samples for a validation set, got 1.
    IsobathError: samples: expected at most 5, the number of training samples of numbers, got 6."
  `)
})
