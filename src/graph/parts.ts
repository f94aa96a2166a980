/**
 * Into how many parts a sum over many rows is cut, from its shape alone: whatever the number of threads is, the parts are
 * the same, and so are the bits.
 */

/**
 * Rows from which on a sum is cut; fewer are added one after the other. Long sums in one go lose digits of float32: with
 * 2,048 and 512 the error of some gradients was 6 times PyTorch's. Now that is so of single biases over 128 rows alone;
 * whole gradients have at most twice PyTorch's (test/convolutional-golden.test.ts).
 */
export const fewestRowsToPart = 256
const rowsOfPart = 128
const mostParts = 64

/** Parts of so many rows. */
export const partsOfPositions = (rows: number): number =>
  Math.max(1, Math.min(mostParts, Math.floor(rows / rowsOfPart)))

/**
 * Rows that are summed in one go for the gradient of a dense layer's weights; further blocks of so many are added to that. A
 * convolution of kernel 1 has a row for each position: over 131,072 rows of normal numbers the error of one sum is 11 times
 * PyTorch's, that of blocks as large as PyTorch's. A block stays in a core's second cache, which makes it up to four times as fast.
 */
export const rowsOfBlock = 512

const mostSampleParts = 8

/** Parts of a batch for the gradients of convolutions' weights. */
export const partsOfSamples = (samples: number): number => Math.min(mostSampleParts, samples)

/** Outputs of a weight that a plan stores side by side, in a panel (plan/layout.ts). */
export const panelOutputs = 8

/** The outputs of a part of a weight's gradient: whole panels of them, those that there aren't zeros. */
export const paddedOutputs = (outputs: number): number => Math.ceil(outputs / panelOutputs) * panelOutputs

/** Where part `part` of `parts` begins among `count` things. */
export const partStart = (count: number, parts: number, part: number): number => Math.floor((count * part) / parts)
