/** Adds noise to the bytes of generated images. */
import type { Random } from '../support/random.ts'

/** Standard deviation of the sum of four random bytes. */
const FOUR_BYTES = Math.sqrt((4 * (256 * 256 - 1)) / 12)

/**
 * Writes values as bytes with added noise. A value of 1 without noise becomes the byte 255. `deviation` is the noise's
 * standard deviation in the units of the values. The noise is the sum of four random bytes, which is close enough to a
 * normal distribution and needs only one random integer.
 */
export function writeNoisy(values: ArrayLike<number>, bytes: Uint8Array, deviation: number, random: Random): void {
  const scale = (255 * deviation) / FOUR_BYTES
  for (let index = 0; index < bytes.length; index++) {
    const word = random.uint32()
    const centered = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510
    bytes[index] = Math.min(255, Math.max(0, Math.round(255 * values[index] + scale * centered)))
  }
}
