/**
 * Images varied anew each time they are trained on. What becomes of an image depends on the seed, the epoch and its
 * number alone: a run that goes on from any step sees what an unbroken one saw, with any batch and on any machine.
 *
 * C channels, H height, W width.
 */
import { IsobathError } from '../support/errors.ts'
import { createRandom, type Random } from '../support/random.ts'
import type { Dataset } from './dataset.ts'
import type { Rows } from './rows.ts'

export const augmentationNames = ['none', 'pad-crop-flip'] as const

/**
 * Not at all; or as He et al. (2015) did with CIFAR-10: 4 pixels of padding on each side, a random crop of the image's
 * own size out of that, and a horizontal flip of half of the images.
 */
export type Augmentation = (typeof augmentationNames)[number]

/**
 * Pixels of padding on each side. They are 0 after standardizing: with a mean that was subtracted, as He et al. have
 * it, that is the mean of the training set; without, black.
 */
const PADDING = 4

/** Varies standardized images, [C, H, W] in a row each, in place. */
export interface Augmenter {
  /** `indices` are the samples in the rows, of which the first is number `offset` of the epoch; one has `count` samples. */
  apply(rows: Rows, indices: Uint32Array, start: { epoch: number; offset: number }, count: number): void
}

/** Throws an `option` error where the samples aren't images. */
export function checkAugmentation(augment: Augmentation, { name, shape }: Pick<Dataset, 'name' | 'shape'>): void {
  if (augment === 'none' || shape.length === 3) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('augment')}: expected images (channels, height and width) for ${augment}, got ${name}, whose samples have the shape [${shape.join(', ')}]. Take none.`,
  )
}

/** Undefined where nothing is to be done. `shape` is that of an image. */
export function createAugmenter(augment: Augmentation, shape: readonly number[], seed: number): Augmenter | undefined {
  return augmenters[augment]?.(shape, seed)
}

const augmenters: Readonly<Record<Augmentation, ((shape: readonly number[], seed: number) => Augmenter) | null>> = {
  none: null,
  'pad-crop-flip': padCropFlip,
}

function padCropFlip([channels, height, width]: readonly number[], seed: number): Augmenter {
  const plane = height * width
  const chooseShift = (random: Random): number => random.integer(2 * PADDING + 1) - PADDING
  return {
    apply: ({ array, offset, stride }, indices, { epoch, offset: used }, count) => {
      for (let row = 0; row < indices.length; row++) {
        const passed = Math.floor((used + row) / count)
        const random = createRandom(seed, 'augment', epoch + passed, indices[row])
        const down = chooseShift(random)
        const right = chooseShift(random)
        const start = offset + row * stride
        if (random.integer(2) === 1) flip(array, start, channels * height, width)
        for (let channel = 0; channel < channels; channel++) {
          shift(array, start + channel * plane, height, width, down, right)
        }
      }
    },
  }
}

type Values = Rows['array']

/** Each line from right to left. */
function flip(array: Values, start: number, lines: number, width: number): void {
  for (let line = 0; line < lines; line++) {
    let left = start + line * width
    let right = left + width - 1
    for (; left < right; left++, right--) {
      const value = array[left]
      array[left] = array[right]
      array[right] = value
    }
  }
}

/** Line y of the plane becomes what line y + down was, column x what x + right was, and 0 where there was none. */
function shift(array: Values, start: number, height: number, width: number, down: number, right: number): void {
  const size = height * width
  const distance = down * width + right
  // All lines at once; what comes around from a neighboring line is overwritten below.
  if (Math.abs(distance) < size) {
    const from = start + Math.max(0, distance)
    array.copyWithin(start + Math.max(0, -distance), from, from + size - Math.abs(distance))
  }
  array.fill(0, start, start + Math.min(size, Math.max(0, -down) * width))
  array.fill(0, start + Math.max(0, size - Math.max(0, down) * width), start + size)
  const first = right < 0 ? 0 : Math.max(0, width - right)
  const end = right < 0 ? Math.min(width, -right) : width
  for (let line = start; line < start + size; line += width) {
    for (let x = first; x < end; x++) array[line + x] = 0
  }
}
