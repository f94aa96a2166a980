/**
 * Random variation of training images, drawn anew for each use of an image. The variation of an image depends only on
 * the seed, the image's number and the number of its earlier uses, which is the number of the epoch in most orders. A resumed run therefore trains on the same images as an unbroken run, with any
 * batch size and on any machine.
 *
 * In the shapes of images, C is the number of channels, H the height and W the width.
 */
import { IsobathError } from '../support/errors.ts'
import { createRandom, type Random } from '../support/random.ts'
import type { Dataset } from './dataset.ts'
import type { Rows } from './rows.ts'

export const augmentationNames = ['none', 'pad-crop-flip'] as const

/**
 * How training images are varied. `none` leaves every image unchanged. `pad-crop-flip` pads an image by 4 pixels on
 * each side and takes a random crop of the original size. `pad-crop-flip` also flips half of the images horizontally.
 * He et al. (2015) trained on CIFAR-10 with the variation `pad-crop-flip`.
 */
export type Augmentation = (typeof augmentationNames)[number]

/**
 * Pixels of padding on each side of an image. Padded pixels are 0 after standardizing. If standardizing subtracts the
 * mean of the training set, as He et al. do, a pixel of 0 has the mean value. If standardizing subtracts no mean, a
 * pixel of 0 is black.
 */
const PADDING = 4

/** Varies standardized images in place. Each row of values is one image of the shape [C, H, W]. */
export interface Augmenter {
  /**
   * Varies the images in `rows`. `indices` holds the sample number of each row, and `passes` holds the number of earlier
   * uses of the sample.
   */
  apply(rows: Rows, indices: Uint32Array, passes: Uint32Array): void
}

/** Throws an `option` error if images are to be varied but the samples are not images. */
export function checkAugmentation(augment: Augmentation, { name, shape }: Pick<Dataset, 'name' | 'shape'>): void {
  if (augment === 'none' || shape.length === 3) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('augment')}: expected images (channels, height and width) for ${augment}, got ${name}, whose samples have the shape [${shape.join(', ')}]. Set the option to none.`,
  )
}

/** Creates the augmenter for images of `shape`, [C, H, W]. Returns undefined if `augment` is `none`. */
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
    apply: ({ array, offset, stride }, indices, passes) => {
      for (let row = 0; row < indices.length; row++) {
        const random = createRandom(seed, 'augment', passes[row], indices[row])
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

/** Reverses the pixel order in each image line. */
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

/**
 * Moves the pixels of one channel of an image. Pixel (x, y) gets the old value of pixel (x + right, y + down), or 0 if
 * pixel (x + right, y + down) is outside the image.
 */
function shift(array: Values, start: number, height: number, width: number, down: number, right: number): void {
  const size = height * width
  const distance = down * width + right
  // Move all lines of the channel at once. The code below writes zeros over the pixels that wrapped around from a
  // neighboring line.
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
