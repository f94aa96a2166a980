/**
 * Winograd's minimal filtering F(m x m, 3 x 3) (Lavin & Gray 2016), as Cook and Toom's evaluation and interpolation: m
 * results of a correlation with 3 taps come of n = m + 2 products. The points of evaluation are 0, infinity and pairs +-p,
 * so that even and odd terms are summed once for each pair.
 *
 * With the matrices B^T (n x n), G (n x 3) and A^T (m x n), y = A^T [(G g) o (B^T d)], in one direction and then in the other.
 * The gradient of g is G^T [(A dy) o (B^T d)].
 */
import type { FunctionBuilder, Local, Vector } from '../../assembler.ts'
import type { Lanes } from '../../lanes.ts'

/** Results in each direction of a tile. */
export type TileSize = 2 | 4

export const taps = 3

/** Positions of the input that a tile sees in each direction, and products there. */
export const extentOf = (tile: TileSize): number => tile + taps - 1

/**
 * The pairs' points. With 3/4 and 3/2 all of A and B is exact in float32, and the error of F(4x4) is half of what 1 and 2
 * give: 2.4, 2.1 and 1.8 times that of the direct sum over 16, 32 and 64 channels (docs/performance.md).
 */
const points: Record<TileSize, readonly number[]> = { 2: [1], 4: [3 / 4, 3 / 2] }

type Values = readonly Local<'v128'>[]
/** From vectors along one direction to others. */
export type LineTransform = (values: Values) => readonly Vector[]

export interface Transform {
  readonly extent: number
  /** B^T: n -> n */
  readonly input: LineTransform
  /** G: 3 -> n */
  readonly kernel: LineTransform
  /** A^T: n -> m */
  readonly output: LineTransform
  /** A: m -> n */
  readonly outputGradient: LineTransform
  /** G^T: n -> 3 */
  readonly kernelGradient: LineTransform
}

interface Pair {
  readonly point: number
  /** Of x^2 the coefficients of the product of x^2 - q^2 over all other pairs, from the lowest. */
  readonly others: readonly number[]
  /** Of one of the pair's rows of G. */
  readonly share: number
}

const timesRoot = (polynomial: readonly number[], root: number): number[] =>
  [0, ...polynomial].map((lower, power) => lower - root * (polynomial[power] ?? 0))

const productOf = (roots: readonly number[]): number[] => roots.reduce(timesRoot, [1])

const valueAt = (polynomial: readonly number[], x: number): number =>
  polynomial.reduceRight((sum, coefficient) => sum * x + coefficient, 0)

/** To be made where a function begins: constants are kept in locals, which the code that follows reads. */
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
  /** The sum of factors times values, those with the factor 1 first. */
  const combine = (terms: readonly (readonly [number, Local<'v128'>])[]): Vector => {
    const [first, ...rest] = [...terms].sort(([a], [b]) => Number(b === 1) - Number(a === 1))
    const begin = first[0] === 1 ? first[1] : lanes.mul(first[1], constant(first[0]))
    return rest.reduce((sum: Vector, [factor, value]) => {
      if (factor === 1) return lanes.add(sum, value)
      if (factor === -1) return lanes.sub(sum, value)
      return lanes.madd(value, constant(factor), sum)
    }, begin)
  }
  /** sum of polynomial[i] * values[from + 2 i] */
  const along = (polynomial: readonly number[], values: Values, from: number): Vector =>
    combine(polynomial.map((factor, power) => [factor, values[from + 2 * power]] as const))
  /** even + factor * odd and even - factor * odd */
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
