/**
 * Chooses the number of parts into which a sum is cut, from the sum's shape alone. The parts do not depend on the
 * number of threads, so the bits of the result do not depend on the number of threads either.
 */

/**
 * Smallest number of rows of a sum that is cut into parts. Sums over fewer rows add one row after the other. Long sums
 * that are not cut lose digits in float32. When only sums over at least 2,048 rows were cut, into parts of 512 rows,
 * the error of some gradients was 6 times PyTorch's error. With parts of 128 rows, only the gradients of single biases
 * over 128 rows have 6 times PyTorch's error. Whole gradients have at most twice PyTorch's error
 * (test/engine/convolutional-golden.test.ts).
 */
export const fewestRowsToPart = 256
const rowsOfPart = 128
const mostParts = 64

/**
 * Returns the number of parts for a sum of `rows` rows. Each group of `together` consecutive rows lies in one part.
 * With `together` = 1, the parts have at least 128 rows, unless the sum has fewer rows.
 */
export const partsOfPositions = (rows: number, together = 1): number =>
  Math.max(1, Math.min(mostParts, Math.floor(rows / (together > 1 ? together : rowsOfPart))))

/**
 * Smallest number of images for which sums are cut into parts of whole images. At least 16 images give every thread
 * enough images.
 */
export const fewestImagesToPart = 16
/**
 * Largest number of positions of an image that lies in one part of a sum. Images with more positions are cut by lines,
 * because long sums lose digits.
 */
const mostPositionsTogether = 4096
/**
 * Number of lines in one part of an image that is cut. A convolution may be computed in tiles that have the same number
 * of lines as a part.
 */
export const linesTogether = 4

/**
 * Returns the number of an image's positions that lie in one part of a sum. A convolution can sum its own results if
 * each thread of the convolution processes whole parts.
 */
export function positionsTogether(images: number, height: number, width: number): number {
  const hasTiles = height % linesTogether === 0
  const areWhole = height * width <= mostPositionsTogether || !hasTiles
  if (images >= fewestImagesToPart && areWhole) return height * width
  // If a line of an image does not consist of whole tiles, a separate kernel computes the sum. The threads of the
  // convolution then divide the convolution's lines among themselves.
  return (hasTiles ? linesTogether : 1) * width
}

/**
 * Number of rows in a block of the sum for a dense layer's weight gradient. The weight gradient is the total of the
 * sums of all blocks. A convolution with a kernel of size 1 has one row for each position. Over 131,072 rows of
 * normally distributed numbers, the error of a sum without blocks is 11 times PyTorch's error, and the error of a sum
 * in blocks equals PyTorch's error. A block of 512 rows stays in a core's second-level cache, which makes the sum up to
 * four times as fast.
 */
export const rowsOfBlock = 512

const mostSampleParts = 8

/** Returns the number of parts into which a batch is cut for the gradients of convolution weights. */
export const partsOfSamples = (samples: number): number => Math.min(mostSampleParts, samples)

/**
 * Number of a weight's outputs that a plan stores side by side in a panel (plan/layout.ts). Each part of a weight's
 * gradient consists of whole panels.
 */
export const panelOutputs = 8

/** Largest number of inputs of one `normOfAll` operation, whose kernel takes an address for each input. */
export const inputsOfNorm = 64
