import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { laterRefusal, refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { catalog, loadDataset, openDataset, readStoredOptions, sourceOf } from './catalog.ts'
import { moons } from './planar.ts'
import { randomSubset } from './vary.ts'

const shared = join(import.meta.dirname, '../../../shared/data')
const folder = temporaryFolder()
const absent = !existsSync(join(shared, 'mnist'))

afterEach(() => {
  vi.unstubAllEnvs()
})

test('the catalog lists all data sets', () => {
  const lines = catalog.map(
    (row) => `${row.name}: ${row.what}; [${row.shape?.join(', ')}], ${row.classes} classes, ${row.train} + ${row.test}`,
  )
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "blobs: normally distributed clouds of points, one for each class; [2], 3 classes, 2000 + 1000
    cifar-10: small color photographs of ten kinds of objects (Krizhevsky 2009), in six binary files; [3, 32, 32], 10 classes, 50000 + 10000
    csv: your own table: FILE.csv, or a folder with train.csv and test.csv; [undefined], null classes, null + null
    glyphs: gray images of ten made-up signs, drawn with random strokes; [1, 28, 28], 10 classes, 12000 + 2000
    mnist: handwritten digits (LeCun, Cortes, Burges), in four IDX files; [1, 28, 28], 10 classes, 60000 + 10000
    moons: points on two interleaved half-circles; [2], 2 classes, 2000 + 1000
    sawtooth: points on a line, with a class that alternates over 2^folds intervals; [1], 2 classes, 2000 + 1000
    spirals: points on interleaved spiral arms; [2], 2 classes, 2000 + 1000
    teacher: normally distributed inputs, labeled by a random network; [10], 2 classes, 4000 + 1000
    tiles: colored images of textures and shapes, for convolutional networks; [3, 32, 32], 10 classes, 5000 + 1000"
  `)
})

test.each(catalog.filter((row) => row.source === 'generated'))(
  'the data set $name agrees with its row in the catalog',
  async (row) => {
    const data = await loadDataset(row.name)
    expect(data).toMatchObject({ name: row.name, shape: row.shape, classes: row.classes })
    expect([data.train.count, data.test.count]).toEqual([row.train, row.test])
  },
)

describe('loadDataset', () => {
  test('passes options to the generator', async () => {
    expect((await loadDataset('spirals', { classes: 3 })).classes).toBe(3)
    const one = await loadDataset('moons', { seed: 1, noise: 0 })
    const other = await loadDataset('moons', { seed: 2, noise: 0 })
    expect(one.train.inputs).not.toEqual(other.train.inputs)
    // Without noise each point lies on its half-circle, of radius 1.
    for (let sample = 0; sample < 50; sample++) {
      const sign = one.train.labels[sample] === 0 ? 1 : -1
      const x = sign * one.train.inputs[2 * sample] + 0.5
      const y = sign * one.train.inputs[2 * sample + 1] + 0.25
      expect(Math.hypot(x, y)).toBeCloseTo(1, 6)
    }
  })

  test('refuses an option that the data set does not have', async () => {
    await expect(loadDataset('glyphs', { classes: 3 })).rejects.toThrow(
      'glyphs: the data set has no option classes. Leave the option out, or use one of train, test.',
    )
    await expect(loadDataset('moons', { classes: 2 })).rejects.toThrow('moons: the data set has no option classes')
  })

  test('refuses an option that no data set has', async () => {
    const texts = ['{"n": 5}', '{"sample": 5}', '5', 'null']
    const asked = texts.map((text) => laterRefusal(() => loadDataset('tiles', JSON.parse(text))))
    expect((await Promise.all(asked)).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: tiles: expected the options train, test, dataDir, target, seed, samples, validation, randomLabels, got "n". Leave "n" out.
      IsobathError: tiles: expected the options train, test, dataDir, target, seed, samples, validation, randomLabels, got "sample". Did you mean samples?
      IsobathError: tiles: expected an object such as { samples: 1000 }, got 5.
      IsobathError: tiles: expected an object such as { samples: 1000 }, got null."
    `)
    await expect(loadDataset('mnist', JSON.parse('{"folder": "."}'))).rejects.toThrow('got "folder"')
  })

  test('refuses an option with a value of the wrong kind', async () => {
    const texts = ['{"samples": 0}', '{"validation": 1}', '{"target": "words"}', '{"noise": -1}', '{"train": "5"}']
    const asked = texts.map((text) => laterRefusal(() => loadDataset('moons', JSON.parse(text))))
    const table = laterRefusal(() => loadDataset('csv', JSON.parse('{"dataDir": "x.csv", "categorical": "town"}')))
    expect((await Promise.all([...asked, table])).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: moons: samples: expected a whole number of at least 1, got 0.
      IsobathError: moons: validation: expected a number above 0 and below 1, got 1.
      IsobathError: moons: target: expected one of autoencode, classes, values, got words. To predict a column of a table, use label: "COLUMN".
      IsobathError: moons: noise: expected a number from 0 to 1, got -1.
      IsobathError: moons: train: expected a whole number from 1 to 536870912, got "5".
      IsobathError: csv: categorical: expected a list of texts, got "town"."
    `)
  })

  test('does not pass the options of all sets to a generator', async () => {
    const all = { seed: 1, samples: 5, validation: 0.5, randomLabels: true, target: 'classes', dataDir: '.' } as const
    for (const { name } of catalog.filter(({ source }) => source === 'generated')) {
      expect((await loadDataset(name, { ...all, train: 20, test: 3 })).train.count).toBe(5)
    }
  })
})

describe('the option samples', () => {
  test('selects a subset of the training set by the seed, without repeats', async () => {
    const all = await loadDataset('spirals', { seed: 4 })
    const some = await loadDataset('spirals', { seed: 4, samples: 100 })
    expect(some.test).toEqual(all.test)
    expect(some.train.count).toBe(100)
    const labels = new Map(Array.from(all.train.labels, (label, at) => [all.train.inputs[2 * at], label]))
    const chosen = new Set<number>()
    for (let sample = 0; sample < 100; sample++) {
      chosen.add(some.train.inputs[2 * sample])
      expect(labels.get(some.train.inputs[2 * sample])).toBe(some.train.labels[sample])
    }
    expect(chosen.size).toBe(100)
    expect(randomSubset(all.train, 100, 4)).toEqual(some.train)
    expect(randomSubset(all.train, 100, 5)).not.toEqual(some.train)
    expect(randomSubset(all.train, 30, 4).inputs).toEqual(some.train.inputs.subarray(0, 60))
  })

  test('refuses more samples than the training set has', async () => {
    const expected = 'samples: expected at most 2,000, the number of training samples of moons, got 2,001.'
    await expect(loadDataset('moons', { samples: 2001 })).rejects.toThrow(expected)
  })
})

describe('an opened data set', () => {
  test('reports its shape without reading files, unless it is a table', async () => {
    const sets = [
      openDataset('blobs', { classes: 5, features: 3, samples: 500, validation: 0.1 }),
      openDataset('tiles', { target: 'autoencode' }),
      openDataset('mnist', { dataDir: '/nowhere' }),
      openDataset('cifar-10', { dataDir: '/nowhere', target: 'autoencode' }),
    ]
    expect(await Promise.all(sets.map((set) => set.shape()))).toEqual([
      { input: [3], classes: 5, task: 'classification' },
      { input: [3, 32, 32], classes: 3072, task: 'autoencoding' },
      { input: [1, 28, 28], classes: 10, task: 'classification' },
      { input: [3, 32, 32], classes: 3072, task: 'autoencoding' },
    ])
  })

  test('reads a table once and names the data set after the file', async () => {
    const file = join(folder, 'fruit.csv')
    writeFileSync(file, 'weight,size,price\n1,2,0.5\n3,4,1.5\n5,6,2.5\n')
    const set = openDataset('csv', { dataDir: file, target: 'values', testFraction: 0.4 })
    expect(await set.shape()).toEqual({ input: [2], classes: 1, task: 'regression' })
    rmSync(file)
    expect(await set.read()).toMatchObject({ name: 'fruit.csv', train: { count: 2 }, test: { count: 1 } })
  })

  test('reads a folder of two tables and names the data set after the folder', async () => {
    const orchard = join(folder, 'orchard')
    mkdirSync(orchard)
    for (const name of ['train.csv', 'test.csv']) writeFileSync(join(orchard, name), '1,pear\n2,apple\n')
    const data = await loadDataset('csv', { dataDir: `${orchard}/` })
    expect(data).toMatchObject({
      name: 'orchard',
      notes: expect.arrayContaining([expect.stringContaining('train.csv')]),
    })
    expect(sourceOf(data)).toBe('csv')
    expect(sourceOf(moons({ train: 1, test: 1 }))).toBe('moons')
  })
})

test('the stored options of a run are read again, except values that are no options of the data set', () => {
  const stored = { dataDir: '/x', classes: 4, label: 'y', remark: 'mine', encoding: {}, samples: 5 }
  expect(readStoredOptions({ name: 'blobs' }, stored, 'data.options')).toEqual({
    dataDir: '/x',
    classes: 4,
    samples: 5,
  })
  expect(readStoredOptions({ name: 'csv' }, stored, 'data.options')).toEqual({ dataDir: '/x', label: 'y', samples: 5 })
  expect(readStoredOptions({ name: 'a set of ours' }, { seed: 1, rows: [] }, 'data.options')).toEqual({ seed: 1 })
  expect(refusal(() => readStoredOptions({ name: 'blobs' }, { samples: 'all' }, 'data.options'))).toBe(
    'IsobathError: data.options: samples: expected a whole number of at least 1, got "all".',
  )
})

describe('the error for an unknown data set', () => {
  const ask = async (name: string): Promise<string> => {
    const error: unknown = await loadDataset(name).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'IsobathError', code: 'data' })
    return String(error)
  }

  test('lists the known names and suggests the nearest name', async () => {
    expect(await ask('minst')).toMatchInlineSnapshot(
      `"IsobathError: data set "minst": expected one of blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles. Did you mean mnist?"`,
    )
    expect(await ask('Glyph')).toContain('Did you mean glyphs?')
    expect(await ask('spiral')).toContain('Did you mean spirals?')
    expect(await ask('q')).not.toContain('Did you mean')
    expect(await ask('constructor')).toContain('expected one of')
  })
})

describe('the data set mnist', () => {
  test('reports what to do if there is no folder', async () => {
    vi.stubEnv('ISOBATH_DATA', undefined)
    await expect(loadDataset('mnist')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: mnist: expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz) in data or in its subfolder mnist, found none of the files. Get the files with npx isobath data fetch mnist, or name their folder with dataDir: "FOLDER" or the environment variable ISOBATH_DATA.]`,
    )
    await expect(loadDataset('mnist', { dataDir: '/nowhere' })).rejects.toThrow('in /nowhere or in its subfolder mnist')
  })

  test.skipIf(absent)(
    `loads from the folder of an option or of the environment (skipped when ${shared}/mnist is absent)`,
    async () => {
      vi.stubEnv('ISOBATH_DATA', shared)
      const data = await loadDataset('mnist', { samples: 500 })
      expect([data.train.count, data.test.count]).toEqual([500, 10_000])
      const row = catalog.find(({ name }) => name === 'mnist')
      vi.stubEnv('ISOBATH_DATA', '/nowhere')
      const all = await loadDataset('mnist', { dataDir: join(shared, 'mnist') })
      expect([all.train.count, all.test.count]).toEqual([row?.train, row?.test])
    },
  )
})
