import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { blobs } from './blobs.ts'
import type { Dataset, Samples } from './dataset.ts'
import type { GeneratorOptions } from './generated.ts'
import { glyphs } from './glyphs.ts'
import { moons, spirals } from './planar.ts'
import { sawtooth } from './sawtooth.ts'
import { teacher } from './teacher.ts'
import { tiles } from './tiles.ts'

const generators: [string, (options?: GeneratorOptions) => Dataset][] = [
  ['glyphs', glyphs],
  ['spirals', spirals],
  ['moons', moons],
  ['blobs', blobs],
  ['sawtooth', sawtooth],
  ['teacher', teacher],
  ['tiles', tiles],
]

function hash({ inputs, labels }: Samples): string {
  return createHash('sha256').update(inputs).update(labels).digest('hex').slice(0, 16)
}

function countLabels({ labels }: Samples, classes: number): number[] {
  const counts = new Array(classes).fill(0)
  for (const label of labels) counts[label]++
  return counts
}

describe.each(generators)('the generator %s', (name, generate) => {
  test('makes a data set of the requested shape and sizes', () => {
    const data = generate({ train: 35, test: 12 })
    const size = data.shape.reduce((product, extent) => product * extent, 1)
    expect(data.name).toBe(name)
    for (const [samples, count] of [[data.train, 35] as const, [data.test, 12] as const]) {
      expect([samples.count, samples.labels.length, samples.inputs.length]).toEqual([count, count, count * size])
      expect(samples.inputs.every((value) => Number.isFinite(value))).toBe(true)
    }
  })

  test('refuses unknown options', () => {
    const given = ['{"train": 1, "tests": 1}', '5', 'null'].map((text) => refusal(() => generate(JSON.parse(text))))
    for (const [index, found] of ['"tests"', '5', 'null'].entries()) {
      expect(given[index]).toMatch(new RegExp(`^IsobathError: ${name}: expected .*, got ${found}\\.`))
    }
    expect(generate({ train: 1, test: 1, seed: undefined }).test.count).toBe(1)
  })

  // A random network leaves the number of samples in each class to chance.
  test.skipIf(name === 'teacher')('makes balanced classes at any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(1000), (count, seed) => {
        const data = generate({ seed, train: count, test: 1 })
        const counts = countLabels(data.train, data.classes)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 30 },
    )
  })

  test('makes samples from the seed alone, and a larger set begins with a smaller set', () => {
    const data = generate({ seed: 7, train: 20, test: 20 })
    expect(generate({ seed: 7, train: 20, test: 20 })).toEqual(data)
    expect(generate({ seed: 8, train: 20, test: 20 }).train.inputs).not.toEqual(data.train.inputs)
    expect(data.test.inputs).not.toEqual(data.train.inputs)
    const larger = generate({ seed: 7, train: 33, test: 1 })
    expect(larger.train.inputs.subarray(0, data.train.inputs.length)).toEqual(data.train.inputs)
    expect(larger.train.labels.subarray(0, 20)).toEqual(data.train.labels)
  })

  test('refuses a bad size', () => {
    expect(() => generate({ train: 0 })).toThrow(`${name}: train: expected a whole number from 1 to`)
    expect(() => generate({ test: 2.5 })).toThrow(`${name}: test: expected a whole number from 1 to`)
    expect(() => generate({ train: 1e12 })).toThrow('got 1000000000000')
  })
})

test('the samples of the generated data sets never change', () => {
  const hashes = generators.map(([name, generate]) => `${name} ${hash(generate({ train: 500, test: 1 }).train)}`)
  expect(hashes).toMatchInlineSnapshot(`
    [
      "glyphs 036d46ab8c0e9c75",
      "spirals cb012698feb63181",
      "moons d1711926e7b25454",
      "blobs 33fb5e3462edbf19",
      "sawtooth 777b81ccaea9e08b",
      "teacher fb7c3c3e4f2606f7",
      "tiles bdf2fd031c2db379",
    ]
  `)
})

/** Returns the fraction of test samples whose nearest training sample has the same class. */
function nearestNeighborAccuracy({ shape, train, test: held }: Dataset): number {
  const size = shape.reduce((product, extent) => product * extent, 1)
  let right = 0
  for (let sample = 0; sample < held.count; sample++) {
    let best = Number.POSITIVE_INFINITY
    let label = -1
    for (let other = 0; other < train.count; other++) {
      let distance = 0
      for (let index = 0; index < size; index++) {
        const difference = held.inputs[sample * size + index] - train.inputs[other * size + index]
        distance += difference * difference
      }
      if (distance < best) {
        best = distance
        label = train.labels[other]
      }
    }
    if (label === held.labels[sample]) right++
  }
  return right / held.count
}

describe('the nearest neighbor of a sample', () => {
  test('usually has the same class in spirals and moons', () => {
    expect(nearestNeighborAccuracy(spirals({ train: 1000, test: 300 }))).toBeGreaterThan(0.97)
    expect(nearestNeighborAccuracy(spirals({ train: 1000, test: 300, classes: 3 }))).toBeGreaterThan(0.95)
    expect(nearestNeighborAccuracy(moons({ train: 1000, test: 300 }))).toBeGreaterThan(0.97)
    expect(nearestNeighborAccuracy(spirals({ train: 1000, test: 300, noise: 1 }))).toBeLessThan(0.65)
  })

  test('has the same class in glyphs far more often than by chance, with only 1,000 training samples', () => {
    expect(nearestNeighborAccuracy(glyphs({ train: 1000, test: 200 }))).toBeGreaterThan(0.6)
  })
})

test('glyphs have mostly small bytes and some large bytes in each image', () => {
  const { inputs, count } = glyphs({ train: 200, test: 1 }).train
  let ink = 0
  for (let sample = 0; sample < count; sample++) {
    const image = inputs.subarray(sample * 784, (sample + 1) * 784)
    expect(Math.max(...image)).toBeGreaterThan(130)
    for (const value of image) ink += value / 784 / 255 / count
  }
  expect(ink).toBeGreaterThan(0.08)
  expect(ink).toBeLessThan(0.2)
})

describe('the data set tiles', () => {
  const { train, classNames = [] } = tiles({ train: 1000, test: 1 })
  const bytes = Uint8Array.from(train.inputs)
  const plane = 1024
  const size = 3 * plane
  const imagesOf = (name: string): Uint8Array[] =>
    Array.from(train.labels.keys())
      .filter((sample) => classNames[train.labels[sample]] === name)
      .map((sample) => bytes.subarray(size * sample, size * (sample + 1)))

  /** Returns the mean squared difference between each value and the value `places` positions later. */
  function change(image: Uint8Array, places: number): number {
    let sum = 0
    for (let at = 0; at + places < size; at++) sum += (image[at] - image[at + places]) ** 2
    return sum / size
  }

  test('has images that show the texture or the shape of their class', () => {
    for (const image of imagesOf('rows')) expect(change(image, 32)).toBeGreaterThan(change(image, 1))
    for (const image of imagesOf('columns')) expect(change(image, 32)).toBeLessThan(change(image, 1))
    const shapes = ['disc', 'triangle', 'cross'].flatMap(imagesOf)
    for (const image of shapes) {
      // In an image of a shape, at least one corner shows only the background, with nearly equal values.
      const corners = [0, 26, 26 * 32, 26 * 32 + 26]
      const spread = corners.map((corner) => {
        const values = Array.from({ length: 36 }, (_, at) => image[corner + 32 * Math.floor(at / 6) + (at % 6)])
        return Math.max(...values) - Math.min(...values)
      })
      expect(Math.min(...spread)).toBeLessThan(120)
    }
  })

  test('has colors that do not depend on the class', () => {
    for (const name of classNames) {
      for (const channel of [0, 1, 2]) {
        const means = imagesOf(name).map((image) => {
          const values = image.subarray(channel * plane, (channel + 1) * plane)
          return values.reduce((sum, value) => sum + value, 0) / plane
        })
        const mean = means.reduce((sum, value) => sum + value, 0) / means.length
        const deviation = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / means.length)
        // The limit is five standard deviations of the average over 100 images, whose means have a standard deviation
        // of 35 to 60 bytes.
        expect(Math.abs(mean - 127.5)).toBeLessThan(30)
        expect(deviation).toBeGreaterThan(25)
        expect(deviation).toBeLessThan(70)
      }
    }
  })

  test('has class names, and images whose nearest neighbors often have another class', () => {
    expect(classNames.join()).toMatchInlineSnapshot(`"rows,columns,slants,checks,dots,rings,rays,disc,triangle,cross"`)
    expect(nearestNeighborAccuracy(tiles({ train: 300, test: 100 }))).toBeLessThan(0.5)
  })
})

test('the generators spirals and moons refuse impossible options', () => {
  expect(() => spirals({ classes: 1 })).toThrow('spirals: classes: expected a whole number from 2 to 256, got 1.')
  expect(() => spirals({ classes: 2.5 })).toThrow('got 2.5')
  expect(() => moons({ noise: -1 })).toThrow('moons: noise: expected a number from 0 to 1, got -1.')
})

describe('the data set blobs', () => {
  test('has points with the standard deviation of the noise around one center for each class', () => {
    const { train, classes } = blobs({ classes: 4, features: 3, noise: 0.1, train: 800, test: 1 })
    for (let label = 0; label < classes; label++) {
      const rows = Array.from(train.labels.keys()).filter((row) => train.labels[row] === label)
      for (let axis = 0; axis < 3; axis++) {
        const values = rows.map((row) => train.inputs[3 * row + axis])
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
        expect(Math.sqrt(variance)).toBeGreaterThan(0.07)
        expect(Math.sqrt(variance)).toBeLessThan(0.13)
      }
    }
    expect(nearestNeighborAccuracy(blobs({ train: 500, test: 200 }))).toBeGreaterThan(0.97)
  })

  test('refuses impossible options', () => {
    expect(() => blobs({ classes: 300 })).toThrow('blobs: classes: expected a whole number from 2 to 256, got 300.')
    expect(() => blobs({ features: 0 })).toThrow('blobs: features: expected a whole number from 1 to 4096, got 0.')
    expect(() => blobs({ noise: 11 })).toThrow('blobs: noise: expected a number from 0 to 10, got 11.')
  })
})

describe('the data set sawtooth', () => {
  test('gives each point the class of its interval for every number of folds', () => {
    for (const folds of [1, 3, 12]) {
      const { train } = sawtooth({ folds, train: 500, test: 1 })
      const classes = train.inputs.map((x) => Math.floor(x * 2 ** folds) % 2)
      expect([...classes]).toEqual([...train.labels])
      expect(train.inputs.every((x) => x > 0 && x < 1)).toBe(true)
    }
    expect(() => sawtooth({ folds: 13 })).toThrow('sawtooth: folds: expected a whole number from 1 to 12, got 13.')
  })
})

describe('the data set teacher', () => {
  test('has samples of every class, even for a deep teacher', () => {
    for (const depth of [0, 2, 20]) {
      const data = teacher({ depth, classes: 3, train: 900, test: 1 })
      expect(Math.min(...countLabels(data.train, 3))).toBeGreaterThan(30)
    }
  })

  test('has labels of a linear classifier if the teacher has no hidden layers', () => {
    const { train } = teacher({ depth: 0, classes: 2, features: 2, train: 400, test: 1 })
    // The two classes of a linear teacher lie on the two sides of a line, so each class covers one range of angles.
    const angles = Array.from(train.labels, (label, row) => {
      return { label, angle: Math.atan2(train.inputs[2 * row + 1], train.inputs[2 * row]) }
    }).sort((one, other) => one.angle - other.angle)
    const changes = angles.filter(({ label }, index) => label !== angles.at(index - 1)?.label).length
    expect(changes).toBeLessThan(40)
    expect(() => teacher({ depth: 65 })).toThrow('teacher: depth: expected a whole number from 0 to 64, got 65.')
  })
})

test('the error for a misspelled option lists the known options', () => {
  const texts = [
    () => tiles(JSON.parse('{"n": 5}')),
    () => blobs(JSON.parse('{"noize": 0.5}')),
    () => glyphs(JSON.parse('[5]')),
  ]
  expect(texts.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: tiles: expected the options train, test, seed, got "n". Leave "n" out.
    IsobathError: blobs: expected the options classes, features, noise, train, test, seed, got "noize". Did you mean noise?
    IsobathError: glyphs: expected an object such as { train: 1000 }, got a list of 1."
  `)
})
