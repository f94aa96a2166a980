import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { loadMnist } from './mnist.ts'

const folder = mkdtempSync(join(tmpdir(), 'isobath-mnist-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Returns an IDX file with the elements `value`, `value + 1` and so on, modulo 10. */
function idx(sizes: readonly number[], value: number): Uint8Array {
  const length = sizes.reduce((product, size) => product * size, 1)
  const head = sizes.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255])
  return Uint8Array.from([0, 0, 8, sizes.length, ...head, ...Array.from({ length }, (_, i) => (value + i) % 10)])
}

const small = {
  'train-images-idx3-ubyte': idx([3, 28, 28], 1),
  'train-labels-idx1-ubyte': idx([3], 7),
  't10k-images-idx3-ubyte': idx([2, 28, 28], 5),
  't10k-labels-idx1-ubyte': idx([2], 0),
}

function write(files: Record<string, Uint8Array>, place = folder): void {
  mkdirSync(place, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(place, name), bytes)
}

function problem(): string {
  try {
    loadMnist(folder)
  } catch (error) {
    expect(error).toMatchObject({ name: 'IsobathError', code: 'data' })
    return String(error).replaceAll(folder, 'FOLDER')
  }
  return 'no problem'
}

beforeEach(() => {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
})

describe('loadMnist', () => {
  test('reads four files from the folder or from its subfolder mnist', () => {
    write(small, join(folder, 'mnist'))
    const { train, test: held, ...rest } = loadMnist(folder)
    expect(rest).toEqual({ name: 'mnist', shape: [1, 28, 28], classes: 10 })
    expect([train.count, held.count]).toEqual([3, 2])
    expect([train.inputs.length, train.inputs[0], held.inputs[0]]).toEqual([3 * 784, 1, 5])
    expect([[...train.labels], [...held.labels]]).toEqual([
      [7, 8, 9],
      [0, 1],
    ])
    expect(loadMnist(join(folder, 'mnist'))).toEqual(loadMnist(folder))
  })

  test('reads compressed files and files with a dot in their names', () => {
    write({
      'train-images.idx3-ubyte': small['train-images-idx3-ubyte'],
      'train-labels-idx1-ubyte.gz': gzipSync(small['train-labels-idx1-ubyte']),
      't10k-images.idx3-ubyte.gz': gzipSync(small['t10k-images-idx3-ubyte']),
      't10k-labels-idx1-ubyte': small['t10k-labels-idx1-ubyte'],
    })
    expect([...loadMnist(folder).train.labels]).toEqual([7, 8, 9])
  })

  test('names missing files in the error', () => {
    expect(problem()).toMatchInlineSnapshot(
      `"IsobathError: mnist: expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz) in FOLDER or in its subfolder mnist, found none of the files. Get the files with npx isobath data fetch mnist, or name their folder with dataDir: "FOLDER" or the environment variable ISOBATH_DATA."`,
    )
    write({ ...small })
    rmSync(join(folder, 't10k-labels-idx1-ubyte'))
    expect(problem()).toMatchInlineSnapshot(
      `"IsobathError: mnist: expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz) in FOLDER or in its subfolder mnist, found no t10k-labels-idx1-ubyte in FOLDER. Get the files with npx isobath data fetch mnist, or name their folder with dataDir: "FOLDER" or the environment variable ISOBATH_DATA."`,
    )
  })

  test('refuses images and labels that do not belong together', () => {
    write({ ...small, 'train-labels-idx1-ubyte': idx([4], 0) })
    expect(problem()).toMatchInlineSnapshot(
      `"IsobathError: FOLDER/train-labels-idx1-ubyte: expected 3 labels, one for each image of FOLDER/train-images-idx3-ubyte, got the sizes 4. Take both files from the same distribution."`,
    )
    write({ ...small, 'train-images-idx3-ubyte': idx([3, 32, 32], 0) })
    expect(problem()).toMatchInlineSnapshot(
      `"IsobathError: FOLDER/train-images-idx3-ubyte: expected images of 28 x 28, got the sizes 3 x 32 x 32. Check that the names of the images and the labels are not exchanged."`,
    )
    write({ ...small, 'train-labels-idx1-ubyte': Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 10, 2) })
    expect(problem()).toMatchInlineSnapshot(
      `"IsobathError: FOLDER/train-labels-idx1-ubyte: expected labels from 0 to 9, got 10 for sample 1. Fetch the file again, or check that you named the right file."`,
    )
  })
})

const real = join(import.meta.dirname, '../../../shared/data/mnist')

test.skipIf(!existsSync(real))(`MNIST loads from the real files (skipped when ${real} is absent)`, () => {
  const { train, test: held } = loadMnist(real)
  expect([train.count, held.count]).toEqual([60_000, 10_000])
  expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
  // Many tutorials quote this mean and standard deviation of the training pixels: 0.1307 and 0.3081.
  let sum = 0
  let squares = 0
  for (const value of train.inputs) {
    sum += value
    squares += value * value
  }
  const mean = sum / train.inputs.length
  expect(mean / 255).toBeCloseTo(0.1307, 4)
  expect(Math.sqrt(squares / train.inputs.length - mean * mean) / 255).toBeCloseTo(0.3081, 4)
})
