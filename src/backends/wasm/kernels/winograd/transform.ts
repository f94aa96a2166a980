/**
 * Winograd's minimal filtering F(m x m, 3 x 3) (Lavin & Gray 2016), by the evaluation and interpolation of Cook and
 * Toom. In one direction, Winograd's algorithm computes m results of a correlation with 3 taps from n = m + 2 products.
 * The points of evaluation are 0, infinity and pairs +-p. Even and odd terms are summed only once for each pair of
 * points.
 *
 * The result in one direction is y = A^T [(G g) o (B^T d)] for a kernel g and an input d, where o is the product of
 * elements. The matrices of the transforms are B^T (n x n), G (n x 3) and A^T (m x n). Images are transformed first
 * along one direction and then along the other direction. The gradient of the kernel g is G^T [(A dy) o (B^T d)].
 */
import type { FunctionBuilder, Local, Vector } from '../../assembler.ts'
import type { Lanes } from '../../lanes.ts'

/** Number of results of a Winograd tile in each direction. */
export type TileSize = 2 | 4

export const taps = 3

/** Number of input positions that a tile reads in each direction, equal to the number of products in each direction. */
export const extentOf = (tile: TileSize): number => tile + taps - 1

/**
 * Evaluation points p of the pairs +-p, for each tile size. With the points 3/4 and 3/2, all elements of A and B are
 * exact in float32. The error of F(4x4) with the points 3/4 and 3/2 is half the error of F(4x4) with the points 1 and
 * 2. The error of F(4x4) with the points 3/4 and 3/2 is 2.4, 2.1 and 1.8 times the error of the direct sum over 16, 32
 * and 64 channels. The page docs/engine.md has the errors of whole networks.
 */
const points: Record<TileSize, readonly number[]> = { 2: [1], 4: [3 / 4, 3 / 2] }

type Values = readonly Local<'v128'>[]
/** Transforms the vectors along one direction of a tile into other vectors. */
export type LineTransform = (values: Values) => readonly Vector[]

export interface Transform {
  readonly extent: number
  /** Multiplies the n vectors of an input by B^T, which gives n vectors. */
  readonly input: LineTransform
  /** Multiplies the 3 vectors of a kernel by G, which gives n vectors. */
  readonly kernel: LineTransform
  /** Multiplies the n vectors of products by A^T, which gives m vectors of results. */
  readonly output: LineTransform
  /** Multiplies the m vectors of an output's gradient by A, which gives n vectors. */
  readonly outputGradient: LineTransform
  /** Multiplies n vectors by G^T, which gives the 3 vectors of a kernel's gradient. */
  readonly kernelGradient: LineTransform
}

interface Pair {
  readonly point: number
  /**
   * Coefficients of the product of x^2 - q^2 over the points q of all other pairs of evaluation points. The
   * coefficients belong to a polynomial in x^2 and are listed from the lowest power up.
   */
  readonly others: readonly number[]
  /** Factor that multiplies both rows of a pair of evaluation points in the matrix G. */
  readonly share: number
}

const timesRoot = (polynomial: readonly number[], root: number): number[] =>
  [0, ...polynomial].map((lower, power) => lower - root * (polynomial[power] ?? 0))

const productOf = (roots: readonly number[]): number[] => roots.reduce(timesRoot, [1])

const valueAt = (polynomial: readonly number[], x: number): number =>
  polynomial.reduceRight((sum, coefficient) => sum * x + coefficient, 0)

/**
 * Makes the transforms for a tile size. The transforms must be made at the beginning of a WebAssembly function. The
 * constants of the transforms are set in local variables that the function's later code reads.
 */
export function createTransform(builder: FunctionBuilder, lanes: Lanes, tile: TileSize): Transform {
  const squares = points[tile].map((point) => point ** 2)
  const all = productOf(squares)
  const pairs: Pair[] = points[tile].map((point) => {
    const others = productOf(squares.filter((square) => square !== point ** 2))
    return { point, others, share: 1 / (2 * point ** 2 * valueAt(others, point ** 2)) }
  })
  const constants = new Map<number, Local<'v128'>>()
  const constant = (value: number): Local<'v128'> => {
    const known = constants.get(value)
    if (known) return known
    const made = builder.local('v128', lanes.constant(value))
    constants.set(value, made)
    return made
  }
  const keep = (value: Vector): Local<'v128'> => builder.local('v128', value)
  /** Returns the sum of factors times values. In the sum, terms with the factor 1 come first. */
  const combine = (terms: readonly (readonly [number, Local<'v128'>])[]): Vector => {
    const [first, ...rest] = [...terms].sort(([a], [b]) => Number(b === 1) - Number(a === 1))
    const begin = first[0] === 1 ? first[1] : lanes.mul(first[1], constant(first[0]))
    return rest.reduce((sum: Vector, [factor, value]) => {
      if (factor === 1) return lanes.add(sum, value)
      if (factor === -1) return lanes.sub(sum, value)
      return lanes.madd(value, constant(factor), sum)
    }, begin)
  }
  /** Returns the sum over i of polynomial[i] * values[from + 2 i]. */
  const along = (polynomial: readonly number[], values: Values, from: number): Vector =>
    combine(polynomial.map((factor, power) => [factor, values[from + 2 * power]] as const))
  /** Returns the two vectors even + factor * odd and even - factor * odd. */
  const bothWays = (even: Vector, odd: Vector, factor: number): Vector[] => {
    const [sum, part] = [keep(even), keep(odd)]
    if (factor === 1) return [lanes.add(sum, part), lanes.sub(sum, part)]
    return [lanes.madd(part, constant(factor), sum), lanes.madd(part, constant(-factor), sum)]
  }
  const last = tile + 1
  const powers = <T>(count: number, of: (power: number) => T): T[] => Array.from({ length: count }, (_, n) => of(n))
  const input: LineTransform = (values) => [
    along(all, values, 0),
    ...pairs.flatMap(({ point, others }) => bothWays(along(others, values, 2), along(others, values, 1), point)),
    along(all, values, 1),
  ]
  const kernel: LineTransform = (values) => [
    combine([[1 / all[0], values[0]]]),
    ...pairs.flatMap(({ point, share }) => {
      const even = combine([
        [share, values[0]],
        [share * point ** 2, values[2]],
      ])
      return bothWays(even, values[1], share * point)
    }),
    values[2],
  ]
  const sumsOfPairs = (values: Values): { readonly even: Values; readonly odd: Values } => ({
    even: pairs.map((_, pair) => keep(lanes.add(values[1 + 2 * pair], values[2 + 2 * pair]))),
    odd: pairs.map((_, pair) => keep(lanes.sub(values[1 + 2 * pair], values[2 + 2 * pair]))),
  })
  const output: LineTransform = (values) => {
    const { even, odd } = sumsOfPairs(values)
    return powers(tile, (power) => {
      const sums = power % 2 === 0 ? even : odd
      const ofPairs = pairs.map(({ point }, pair) => [point ** power, sums[pair]] as const)
      const first = power === 0 ? [[1, values[0]] as const] : []
      return combine([...first, ...ofPairs, ...(power === tile - 1 ? [[1, values[last]] as const] : [])])
    })
  }
  const outputGradient: LineTransform = (values) => [
    values[0],
    ...pairs.flatMap(({ point }) => {
      const side = (from: number): Vector =>
        combine(
          powers(tile / 2, (power) => power).map(
            (power) => [point ** (from + 2 * power), values[from + 2 * power]] as const,
          ),
        )
      return bothWays(side(0), side(1), 1)
    }),
    values[tile - 1],
  ]
  const kernelGradient: LineTransform = (values) => {
    const { even, odd } = sumsOfPairs(values)
    return powers(taps, (power) => {
      const sums = power % 2 === 0 ? even : odd
      const ofPairs = pairs.map(({ point, share }, pair) => [share * point ** power, sums[pair]] as const)
      const first = power === 0 ? [[1 / all[0], values[0]] as const] : []
      return combine([...first, ...ofPairs, ...(power === taps - 1 ? [[1, values[last]] as const] : [])])
    })
  }
  const factors = [
    ...all,
    1 / all[0],
    ...pairs.flatMap(({ point, others, share }) => [
      ...others,
      ...powers(tile, (power) => point ** power).flatMap((factor) => [factor, -factor]),
      ...powers(taps, (power) => share * point ** power).flatMap((factor) => [factor, -factor]),
    ]),
  ]
  for (const factor of factors) if (Math.abs(factor) !== 1) constant(factor)
  return { extent: extentOf(tile), input, kernel, output, outputGradient, kernelGradient }
}
