/**
 * The numbers that float32 holds. A training computes in float32. Float32 rounds a smaller number to 0 or drops digits
 * of the number, and float32 turns a larger number into Infinity.
 */

/** Limits of the numbers that float32 holds with all digits: a little more than 2^-126, and a little less than 2^128. */
const [smallest, largest] = [1.2e-38, 3.4e38]

/** Whether a number above 0 is too small for float32. */
export const isBelowFloat32 = (value: number): boolean => value > 0 && value < smallest

/** Whether float32 holds a number of at least 0. */
export const isInFloat32 = (value: number): boolean => !isBelowFloat32(value) && value <= largest

/** Describes a number that float32 can't hold, after the word "got" of an error. */
export const foundOutsideFloat32 = (value: number): string => `${value}, which float32 can't hold`

/** The remedy for a number that float32 can't hold: a larger number for a small one, and a smaller number for a large one. */
export const remedyOutsideFloat32 = (value: number): string =>
  isBelowFloat32(value) ? `Give a number of at least ${smallest}.` : `Give a number of at most ${largest}.`
