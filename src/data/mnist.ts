/** Loads MNIST from its IDX files. Node only. */
import { join } from 'node:path'
import { IsobathError } from '../support/errors.ts'
import { DEFAULT_FOLDER, findFile, namesOf, placesOf } from './data-folders.ts'
import type { Dataset, Samples } from './dataset.ts'
import { type IdxArray, readIdx } from './idx.ts'

const SIDE = 28
const CLASSES = 10
const IMAGES = { train: 'train-images-idx3-ubyte', test: 't10k-images-idx3-ubyte' }
const LABELS = { train: 'train-labels-idx1-ubyte', test: 't10k-labels-idx1-ubyte' }
const MNIST_FILES = [IMAGES.train, LABELS.train, IMAGES.test, LABELS.test]

/**
 * Loads MNIST (LeCun, Cortes, Burges) from its four IDX files: 60,000 training and 10,000 test images of handwritten
 * digits. The images are gray bytes of shape [1, 28, 28].
 *
 * `folder` holds the files, or has a subfolder `mnist` or `MNIST/raw` with the files. Each file may be plain, or packed
 * with a name that ends in .gz. The file names are those of the original distribution, or have a dot instead of the
 * dash before `idx`. `folder` may also hold another data set in the format of MNIST, such as Fashion-MNIST or KMNIST.
 *
 * Throws a `data` error if a file is missing or broken, or if the numbers of images and labels differ.
 */
export function loadMnist(folder: string = DEFAULT_FOLDER): Dataset {
  const missingIn = (place: string): string[] => MNIST_FILES.filter((name) => !findFile(place, namesOf(name)))
  const place = placesOf(folder, 'mnist').find((one) => missingIn(one).length < MNIST_FILES.length) ?? folder
  const missing = missingIn(place)
  if (missing.length > 0) {
    throw new IsobathError(
      'data',
      (option) =>
        `mnist: expected ${MNIST_FILES.join(', ')} (plain or .gz) in ${folder} or in its subfolder mnist, ` +
        `found ${missing.length === MNIST_FILES.length ? 'none of the files' : `no ${missing.join(', ')} in ${place}`}. ` +
        `Get the files with npx isobath data fetch mnist, or name their folder with ${option('dataDir', 'FOLDER')} or the environment variable ISOBATH_DATA.`,
    )
  }
  return {
    name: 'mnist',
    shape: [1, SIDE, SIDE],
    classes: CLASSES,
    train: readSamples(place, 'train'),
    test: readSamples(place, 'test'),
  }
}

function readArray(folder: string, name: string): IdxArray & { file: string } {
  const file = findFile(folder, namesOf(name)) ?? join(folder, name)
  return { file, ...readIdx(file) }
}

function readSamples(folder: string, set: 'train' | 'test'): Samples {
  const images = readArray(folder, IMAGES[set])
  const [count, ...shape] = images.sizes
  if (shape.join(' x ') !== `${SIDE} x ${SIDE}`) {
    throw new IsobathError(
      'data',
      `${images.file}: expected images of ${SIDE} x ${SIDE}, got the sizes ${images.sizes.join(' x ')}. ` +
        'Check that the names of the images and the labels are not exchanged.',
    )
  }
  const labels = readArray(folder, LABELS[set])
  if (labels.sizes.join(' x ') !== String(count)) {
    throw new IsobathError(
      'data',
      `${labels.file}: expected ${count} labels, one for each image of ${images.file}, got the sizes ` +
        `${labels.sizes.join(' x ')}. Take both files from the same distribution.`,
    )
  }
  const wrong = labels.values.findIndex((label) => label >= CLASSES)
  if (wrong >= 0) {
    throw new IsobathError(
      'data',
      `${labels.file}: expected labels from 0 to ${CLASSES - 1}, got ${labels.values[wrong]} for sample ${wrong}. ` +
        'Fetch the file again, or check that you named the right file.',
    )
  }
  return { count, inputs: images.values, labels: labels.values }
}
