/**
 * Random numbers that are the same on every machine. The numbers come from integers of sfc32 and from polynomials
 * (numbers.ts), without Math.random and Math.log.
 */
import { IsobathError } from './errors.ts'
import { normalQuantile } from './numbers.ts'

/** A stream of random numbers. */
export interface Random {
  /** An integer from 0 to 2^32 - 1. */
  uint32(): number
  /** A uniformly distributed number in [0, 1), which is a multiple of 2^-53. */
  uniform(): number
  /** A number from the standard normal distribution. */
  normal(): number
  /** An integer from 0 to n - 1, each with the same probability, for 1 <= n <= 2^32. */
  integer(n: number): number
  /** The integers 0 to n - 1 in random order. */
  permutation(n: number): Uint32Array
}

/**
 * The random stream of a seed and any number of keys. Streams of different seeds or keys are independent. Each part of
 * a program can have its own stream, such as `createRandom(seed, 'init', layer)`, which doesn't affect the streams of
 * other parts. The number 1 and the string '1' are different keys, and so are ('ab', 'c') and ('a', 'bc').
 */
export function createRandom(seed: number, ...keys: (string | number)[]): Random {
  return new SmallFastCounting(hashKeys([seed, ...keys]))
}

// The powers of two are written as numbers, because JavaScript engines compute `**` again at each call.
const TWO_TO_26 = 67108864
const TWO_TO_32 = 4294967296
const TWO_TO_MINUS_53 = Number.EPSILON / 2

/**
 * The generator sfc32, "small fast counting" (Chris Doty-Humphrey, PractRand 0.94). The period of sfc32 is at least
 * 2^32, and about 2^127 on average.
 */
class SmallFastCounting implements Random {
  readonly #state: Int32Array

  constructor(state: Int32Array) {
    this.#state = state
    // The author of sfc32 uses 15 rounds to mix all bits of the seed.
    for (let round = 0; round < 15; round++) this.uint32()
  }

  uint32(): number {
    const state = this.#state
    const b = state[1]
    const c = state[2]
    const counter = state[3]
    const result = (state[0] + b + counter) | 0
    state[0] = b ^ (b >>> 9)
    state[1] = (c + (c << 3)) | 0
    state[2] = ((c << 21) | (c >>> 11)) + result
    state[3] = counter + 1
    return result >>> 0
  }

  uniform(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * TWO_TO_26 + low) * TWO_TO_MINUS_53
  }

  normal(): number {
    // The argument of the quantile is the middle of one of 2^52 equal cells of [0, 1]. The middles are exact, never 0
    // or 1, and symmetric about 1/2. The largest result of `normal` is 8.2.
    const high = this.uint32() >>> 6
    const low = this.uint32() >>> 6
    return normalQuantile((high * TWO_TO_26 + low + 0.5) * (2 * TWO_TO_MINUS_53))
  }

  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= TWO_TO_32)) {
      throw new IsobathError('internal', `random integer below n: expected a whole number n from 1 to 2^32, got ${n}.`)
    }
    if (n === TWO_TO_32) return this.uint32()
    for (;;) {
      const draw = this.uint32()
      // The 2^32 possible draws are divided into groups of n draws. A draw in the last, incomplete group would favor
      // small results and is repeated. The first condition saves a division for most draws.
      if (draw > 0xffffffff - n && draw >= TWO_TO_32 - (TWO_TO_32 % n)) continue
      return (draw >>> 0) % (n >>> 0) // both operands are unsigned integers, so engines divide integers
    }
  }

  permutation(n: number): Uint32Array {
    const order = new Uint32Array(n)
    // The inside-out variant of Fisher and Yates's shuffle.
    for (let index = 0; index < n; index++) {
      const other = this.integer(index + 1)
      order[index] = order[other]
      order[other] = index
    }
    return order
  }
}

/** A hash of 128 bits that depends on every key, on the types of the keys, and on the boundaries between keys. */
function hashKeys(keys: readonly (string | number)[]): Int32Array {
  const hash = Int32Array.of(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344) // the first digits of the fraction of pi
  const bits = new DataView(new ArrayBuffer(8))
  for (const key of keys) {
    if (typeof key === 'number') {
      mixWord(hash, -1)
      bits.setFloat64(0, key === 0 ? 0 : key) // the keys -0 and 0 are the same key
      mixWord(hash, bits.getInt32(0))
      mixWord(hash, bits.getInt32(4))
    } else {
      mixWord(hash, key.length)
      for (let index = 0; index < key.length; index++) mixWord(hash, key.charCodeAt(index))
    }
  }
  for (let round = 0; round < 4; round++) mixWord(hash, round)
  return hash
}

/**
 * Mixes a word into the four parts of a hash by the finalizer of MurmurHash3 (Appleby 2011). Each part of the hash
 * affects the next part.
 */
function mixWord(hash: Int32Array, word: number): void {
  let carry = word
  for (let lane = 0; lane < 4; lane++) {
    let value = hash[lane] ^ carry
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
    value = (value ^ (value >>> 16)) + 0x9e3779b9
    hash[lane] = value
    carry = (value << 7) ^ (value >>> 3)
  }
}
