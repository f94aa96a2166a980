/**
 * Into how many parts a sum is cut, from its shape alone: whatever the number of threads is, the parts are the same, and so
 * are the bits.
 */

/**
 * Rows from which on a sum is cut; fewer are added one after the other. Long sums in one go lose digits of float32: with
 * 2,048 and 512 the error of some gradients was 6 times PyTorch's. Now that is so of single biases over 128 rows alone;
 * whole gradients have at most twice PyTorch's (test/engine/convolutional-golden.test.ts).
 */
export const fewestRowsToPart = 256
const rowsOfPart = 128
const mostParts = 64

/** Parts of so many rows, of which each `together` following ones are in one part; where that is 1, none is small. */
export const partsOfPositions = (rows: number, together = 1): number =>
  Math.max(1, Math.min(mostParts, Math.floor(rows / (together > 1 ? together : rowsOfPart))))

/** From so many images on a part has whole ones: there are enough for every thread. */
export const fewestImagesToPart = 16
/** Of images with more positions lines are parted all the same: long sums lose digits. */
const mostPositionsTogether = 4096
/** Lines that are in one part where images aren't whole: a convolution may be computed in tiles of as many. */
export const linesTogether = 4

/**
 * Positions of images that are in one part of a sum: with that, a convolution whose threads each do some of the parts can sum
 * what it makes.
 */
export function positionsTogether(images: number, height: number, width: number): number {
  const hasTiles = height % linesTogether === 0
  const areWhole = height * width <= mostPositionsTogether || !hasTiles
  if (images >= fewestImagesToPart && areWhole) return height * width
  // Where lines are no whole tiles the sum is a kernel of its own, and the threads of the convolution share its lines.
  return (hasTiles ? linesTogether : 1) * width
}

/**
 * Rows that are summed in one go for the gradient of a dense layer's weights; further blocks of so many are added to that. A
 * convolution of kernel 1 has a row for each position: over 131,072 rows of normal numbers the error of one sum is 11 times
 * PyTorch's, that of blocks as large as PyTorch's. A block stays in a core's second cache, which makes it up to four times as fast.
 */
export const rowsOfBlock = 512

const mostSampleParts = 8

/** Parts of a batch for the gradients of convolutions' weights. */
export const partsOfSamples = (samples: number): number => Math.min(mostSampleParts, samples)

/** Outputs of a weight that a plan stores side by side, in a panel (plan/layout.ts); a part of a weight's gradient is whole panels. */
export const panelOutputs = 8

/** Inputs of one norm: a kernel takes an address for each. */
export const inputsOfNorm = 64
