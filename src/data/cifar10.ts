/** Loads CIFAR-10 from its binary files. Node only. */
import { basename, join } from 'node:path'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { isFile, readLimited } from '../support/files.ts'
import { DEFAULT_FOLDER, findFile, placesOf } from './data-folders.ts'
import type { Dataset, Samples } from './dataset.ts'
import { FETCH_AGAIN } from './gzip.ts'
import { readArchive } from './tar.ts'

const SHAPE = [3, 32, 32]
/** Bytes of one image: the red plane, then the green, then the blue, each row by row. */
const PIXELS = 3 * 32 * 32
/** Bytes of one record: a label and an image. */
export const CIFAR_RECORD = 1 + PIXELS
const RECORDS = 10_000
const FILE_BYTES = RECORDS * CIFAR_RECORD
/** Class names in the order of `batches.meta.txt`, a file that some copies of the set lack. */
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

const TRAIN_FILES = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`)
const TEST_FILES = ['test_batch.bin']
const FILES = [...TRAIN_FILES, ...TEST_FILES]
const FOLDER = 'cifar-10-batches-bin'
const ARCHIVE = 'cifar-10-binary.tar.gz'

/**
 * Loads CIFAR-10 (Krizhevsky 2009) in its binary version: 50,000 training and 10,000 test images of ten classes. The
 * images are color images, bytes of shape [3, 32, 32].
 *
 * `place` may be the folder of the six files, or a folder that holds `cifar-10-batches-bin` or the published archive.
 * `place` may also be a folder with a subfolder `cifar-10` that holds the files, `cifar-10-batches-bin` or the archive.
 * `place` may also be the published archive itself, which is unpacked in memory.
 *
 * Throws a `data` error if a file is missing or can't be read. Throws a `data` error if a file doesn't consist of
 * 10,000 valid records. A valid record is a label from 0 to 9 and the 3,072 bytes of an image.
 */
export async function loadCifar10(place: string = DEFAULT_FOLDER): Promise<Dataset> {
  const found = findFiles(place)
  const train = createCollector(TRAIN_FILES)
  const test = createCollector(TEST_FILES)
  const take = (name: string, bytes: Uint8Array, file: string): void => {
    const collector = TRAIN_FILES.includes(name) ? train : test
    collector.take(name, bytes, file)
  }
  if (found.archive !== undefined) {
    const { archive } = found
    const wanted = FILES.map((name) => ({ name, bytes: FILE_BYTES }))
    await readArchive(archive, wanted, (name, bytes) => take(name, bytes, `${archive}, ${name}`))
  } else {
    for (const name of FILES) {
      const file = join(found.folder, name)
      take(name, readLimited(file, { code: 'data', limit: FILE_BYTES, remedy: FETCH_AGAIN }), file)
    }
  }
  return {
    name: 'cifar-10',
    shape: SHAPE,
    classes: CLASSES.length,
    classNames: CLASSES,
    train: train.samples,
    test: test.samples,
  }
}

/**
 * Collects the samples of the training set or the test set from its files. The position of a file's samples in the set
 * depends on the name of the file, not on the order in which files are read.
 */
function createCollector(names: readonly string[]) {
  const count = names.length * RECORDS
  const inputs = new Uint8Array(count * PIXELS)
  const labels = new Uint8Array(count)
  const samples: Samples = { count, inputs, labels }
  return {
    samples,
    take: (name: string, bytes: Uint8Array, file: string): void => {
      const first = names.indexOf(name) * RECORDS
      const end = first + RECORDS
      parseCifar(bytes, file, {
        count: RECORDS,
        inputs: inputs.subarray(first * PIXELS, end * PIXELS),
        labels: labels.subarray(first, end),
      })
    },
  }
}

/**
 * Splits the records of a file into `labels` and `inputs`. The file must hold `count` records. `file` is the file's
 * name in error messages. Throws a `data` error if the number of bytes is wrong, or if a label is above 9.
 */
export function parseCifar(bytes: Uint8Array, file: string, { count, inputs, labels }: Samples): void {
  const expected = count * CIFAR_RECORD
  if (bytes.length !== expected) {
    throw new IsobathError(
      'data',
      `${file}: expected ${grouped(expected)} bytes (${grouped(count)} records of a label and ${grouped(PIXELS)} bytes of an image), ` +
        `got ${grouped(bytes.length)}. ${FETCH_AGAIN}`,
    )
  }
  const wrong = findWrongLabel(bytes)
  if (wrong !== undefined) throw new IsobathError('data', `${file}: ${wrong}. ${FETCH_AGAIN}`)
  for (let record = 0; record < count; record++) {
    const start = record * CIFAR_RECORD
    labels[record] = bytes[start]
    inputs.set(bytes.subarray(start + 1, start + CIFAR_RECORD), record * PIXELS)
  }
}

/** Describes the first label in a CIFAR-10 file that is no class number. Returns undefined if all labels are valid. */
export function findWrongLabel(bytes: Uint8Array): string | undefined {
  for (let record = 0; record * CIFAR_RECORD < bytes.length; record++) {
    const label = bytes[record * CIFAR_RECORD]
    if (label >= CLASSES.length)
      return `expected labels from 0 to ${CLASSES.length - 1}, got ${label} for sample ${record}`
  }
  return undefined
}

type FoundFiles = { readonly folder: string; readonly archive?: undefined } | { readonly archive: string }

/** Finds a folder that holds all of CIFAR-10's files, or the archive if there is no such folder. */
function findFiles(place: string): FoundFiles {
  if (isFile(place)) {
    if (!FILES.includes(basename(place))) return { archive: place }
    throw new IsobathError(
      'data',
      `${place}: expected the folder of CIFAR-10's files or ${ARCHIVE}, got one of the files. Name the folder that holds the file.`,
    )
  }
  const folders = placesOf(place, 'cifar-10').flatMap((one) => [one, join(one, FOLDER)])
  const missingIn = (folder: string): string[] => FILES.filter((name) => findFile(folder, [name]) === undefined)
  const complete = folders.find((folder) => missingIn(folder).length === 0)
  if (complete !== undefined) return { folder: complete }
  const archive = folders.map((folder) => findFile(folder, [ARCHIVE])).find((file) => file !== undefined)
  if (archive !== undefined) return { archive }
  const partial = folders.find((folder) => missingIn(folder).length < FILES.length)
  const found =
    partial === undefined ? 'found none of the files' : `found no ${missingIn(partial).join(', ')} in ${partial}`
  throw new IsobathError(
    'data',
    (option) =>
      `cifar-10: expected the binary version (${FILES[0]} to ${TRAIN_FILES.at(-1)} and ${TEST_FILES[0]}) or ${ARCHIVE} in ` +
      `${place}, in its subfolder ${FOLDER} or in its subfolder cifar-10, ${found}. Get the files with npx isobath data fetch cifar-10, or name ` +
      `their folder or the archive with ${option('dataDir', 'PATH')} or the environment variable ISOBATH_DATA.`,
  )
}
