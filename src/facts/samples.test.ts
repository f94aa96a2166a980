import { describe, expect, it } from 'vitest'
import { each, factAbout, tableOf } from '../../test/support/fact-subject.ts'
import { autoencode, type Dataset, selectSamples } from '../data/dataset.ts'
import { glyphs } from '../data/glyphs.ts'
import { chain, dense, relu } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'

const network = (outputs: number) => chain(dense(8), relu(), dense(outputs))
/** A table whose classes have the given numbers of samples. */
const sized = (...sizes: number[]): Dataset => {
  const labels = sizes.flatMap((size, label) => each(size, () => label))
  return tableOf(
    labels.map((_, row) => [row / labels.length, row % 2]),
    { labels, classes: sizes.length },
  )
}

describe('facts about the sizes of classes', () => {
  it('one-class finds a training set with a single class', () => {
    expect(factAbout('one-class', network(3), sized(0, 40, 0))).toMatchInlineSnapshot(`
      {
        "fact": "one-class",
        "remedy": "Give samples of at least two classes, and check the column of the labels.",
        "sentence": "All 40 training samples have the class 1. A network learns nothing from them but to name this class.",
      }
    `)
    expect(factAbout('one-class', network(3), sized(1, 40, 0))).toBeUndefined()
    expect(factAbout('empty-classes', network(3), sized(0, 40, 0))).toBeUndefined()
  })

  it('empty-classes names the classes without samples, at most five', () => {
    expect(factAbout('empty-classes', network(4), sized(20, 0, 20, 0))).toMatchInlineSnapshot(`
      {
        "fact": "empty-classes",
        "remedy": "Add samples of each class, or leave the class out of the data.",
        "sentence": "The classes 1 and 3 have no training sample, so the network never learns to name these classes.",
      }
    `)
    const many = sized(20, 20, ...each(9, () => 0))
    expect(
      factAbout('empty-classes', network(11), { ...many, classNames: each(11, (label) => `c${label}`) })?.sentence,
    ).toContain('The classes c2, c3, c4, c5, c6 and 4 more have')
    expect(factAbout('empty-classes', network(3), sized(20, 1, 20))).toBeUndefined()
  })

  it('unbalanced-classes says the shares of the largest and the smallest class', () => {
    expect(factAbout('unbalanced-classes', network(3), sized(900, 500, 12))).toMatchInlineSnapshot(`
      {
        "change": {
          "classWeights": "balanced",
        },
        "fact": "unbalanced-classes",
        "remedy": "Weight the classes, so that small classes count as much as large ones.",
        "sentence": "The class 0 has 63.7% of the training samples, and the class 2 has 0.8%. A network that never names the class 2 hardly has a higher loss.",
      }
    `)
    for (const options of [{ classWeights: 'balanced' }, { order: 'balanced' }] as const) {
      expect(factAbout('unbalanced-classes', network(3), sized(900, 500, 12), options)).toBeUndefined()
    }
  })

  it('unbalanced-classes leaves out small ratios, and small classes that differ by chance', () => {
    expect(factAbout('unbalanced-classes', network(3), sized(300, 200, 50))).toBeUndefined()
    expect(factAbout('unbalanced-classes', network(3), sized(12, 5, 1))).toBeUndefined()
  })
})

describe('facts about numbers of samples', () => {
  it('few-samples finds fewer training samples than outputs, except for autoencoders', () => {
    expect(
      factAbout('few-samples', network(10), tableOf([[1], [2], [3]], { labels: [0, 1, 2], classes: 10 })),
    ).toMatchInlineSnapshot(`
      {
        "fact": "few-samples",
        "remedy": "Add training samples.",
        "sentence": "There are 3 training samples for 10 outputs, so some outputs have no sample of their own, and the network learns the samples by heart.",
      }
    `)
    expect(factAbout('few-samples', network(3), sized(1, 1, 1))).toBeUndefined()
    expect(factAbout('few-samples', network(784), autoencode(glyphs({ train: 50, test: 20 })))).toBeUndefined()
  })

  it('large-batch finds a batch that is larger than the training set, if the length is given in epochs', () => {
    const data = sized(20, 20)
    expect(factAbout('large-batch', network(2), data, { batch: 1000, epochs: 3 })).toMatchInlineSnapshot(`
      {
        "change": {
          "batch": 4,
        },
        "fact": "large-batch",
        "remedy": "Take a batch of a tenth of the training set or less.",
        "sentence": "The batch of 1,000 samples is larger than the training set of 40. So each epoch has a single update, and the whole training has 3 updates.",
      }
    `)
    expect(factAbout('large-batch', network(2), data, { batch: 40 })).toBeUndefined()
    expect(factAbout('large-batch', network(2), data, { batch: 1000, steps: 500 })).toBeUndefined()
    expect(factAbout('large-batch', network(2), data), 'the default batch is larger, too').toBeUndefined()
  })
})

describe('shared-rows', () => {
  const random = createRandom(5)
  const labels = { labels: each(300, (row) => row % 2), classes: 2 }
  const different = tableOf(
    each(300, () => each(3, () => random.normal())),
    labels,
  )
  /** A data set whose first `copies` test samples are training samples. The other test samples are new. */
  const withCopies = (data: Dataset, copies: number, all = 100): Dataset => {
    const copied = selectSamples(
      data.train,
      Uint32Array.from({ length: all }, (_, row) => 3 * row),
    )
    const inputs = copied.inputs.map((value, index) => (index < 3 * copies ? value : value + 0.5))
    return { ...data, test: { ...copied, inputs } }
  }
  const shared = (data: Dataset) => factAbout('shared-rows', network(2), data)

  it('counts the test samples that are training samples', () => {
    expect(shared(withCopies(different, 100))).toMatchInlineSnapshot(`
      {
        "fact": "shared-rows",
        "remedy": "Remove the copies from the test set, or split the samples anew.",
        "sentence": "Of the 100 test samples, 100 (100%) have the same inputs as a training sample. So the test error says less about new samples than it seems.",
      }
    `)
    expect(shared(withCopies(different, 7))?.sentence).toContain('Of the 100 test samples, 7 (7%) have')
    expect(shared(withCopies(different, 0))).toBeUndefined()
  })

  it('stays silent if training samples repeat as often among themselves, and for a few test samples', () => {
    const bits = tableOf(
      each(300, () => each(3, () => random.integer(2))),
      labels,
    )
    expect(shared(withCopies(bits, 100))).toBeUndefined()
    expect(shared(withCopies(different, 9, 9))).toBeUndefined()
  })

  it('compares whole samples, not only the values that are compared first', () => {
    const images = glyphs({ train: 60, test: 30 })
    const changed = images.train.inputs.slice(0, 30 * 784)
    for (let row = 0; row < 30; row++) changed[row * 784 + 1] ^= 1
    const test = { ...images.test, inputs: changed }
    expect(factAbout('shared-rows', network(10), { ...images, test })).toBeUndefined()
    const copied = { ...images, test: { ...images.test, inputs: images.train.inputs.slice(0, 30 * 784) } }
    expect(factAbout('shared-rows', network(10), copied)).toBeDefined()
  })
})
