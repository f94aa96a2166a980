/**
 * Expectations over a standard normal number z, as integrals from -8.5 to 8.5. The density beyond 8.5 has a mass of
 * 2e-17. Smooth functions are summed by the trapezoid rule, whose error falls exponentially with 1 / step (Trefethen &
 * Weideman 2014). Functions with kinks are summed by Gauss-Legendre rules on panels that end at the kinks.
 */
import { normalDensity } from '../support/numbers.ts'

/** Largest |z| of the integrals. */
const limit = 8.5
/** Step of the trapezoid rule for functions whose scale is 1 or more. */
const largestStep = 0.1
/** Step of the trapezoid rule in units of the function's scale, for functions with a scale below 0.4. */
const relativeStep = 0.25
/** Panels take fewer nodes than the trapezoid rule for functions with a smaller scale. */
const smallestTrapezoidScale = 0.04
/** Nodes on a panel. */
const order = 12

/** Where an integrand changes. Places and the scale are in units of z. */
export interface Shape {
  /** Places around which the integrand changes, and at which it is not smooth if it has kinks. */
  readonly centers: readonly number[]
  /** Distance over which the integrand changes near its centers. */
  readonly scale: number
  readonly isSmooth: boolean
}

/** The expectation of f(z) over a standard normal number z. */
export function gaussianMean(f: (z: number) => number, shape: Shape): number {
  return shape.isSmooth && shape.scale >= smallestTrapezoidScale
    ? trapezoid(f, shape.scale)
    : sumOfPanels(f, panelEnds(shape, -limit))
}

/** The expectation of f(z) over a standard normal number z, for an even function f. Centers are given for z >= 0. */
export function evenGaussianMean(f: (z: number) => number, shape: Shape): number {
  return shape.isSmooth && shape.scale >= smallestTrapezoidScale
    ? 2 * trapezoidAbove(f, shape.scale)
    : 2 * sumOfPanels(f, panelEnds(shape, 0))
}

function trapezoid(f: (z: number) => number, scale: number): number {
  return trapezoidAbove((z) => f(z) + f(-z), scale)
}

/** The integral from 0 to 8.5 of f(z) times the density. The value at 0 has half a step. */
function trapezoidAbove(f: (z: number) => number, scale: number): number {
  const steps = Math.ceil(limit / Math.min(largestStep, relativeStep * scale))
  const densities = densitiesFor(steps)
  let sum = (f(0) * densities[0]) / 2
  for (let place = 1; place <= steps; place++) sum += densities[place] * f((place * limit) / steps)
  return (sum * limit) / steps
}

const stored = new Map<number, Float64Array>()

/** The normal density at all nodes of the trapezoid rule from 0 to 8.5. Densities are stored: there are at most 850 steps. */
function densitiesFor(steps: number): Float64Array {
  const known = stored.get(steps)
  if (known !== undefined) return known
  const densities = Float64Array.from({ length: steps + 1 }, (_, place) => normalDensity((place * limit) / steps))
  stored.set(steps, densities)
  return densities
}

/**
 * The ends of the panels from `low` to 8.5: all centers, whole numbers, and distances from the centers that double from
 * the scale up to 1.
 */
function panelEnds({ centers, scale }: Shape, low: number): number[] {
  const ends = [low, limit]
  for (let whole = Math.ceil(low); whole < limit; whole++) ends.push(whole)
  for (const center of centers) {
    ends.push(center)
    for (let distance = scale; distance < 1; distance *= 2) ends.push(center - distance, center + distance)
  }
  return ends.filter((end) => end >= low && end <= limit).sort((one, other) => one - other)
}

function sumOfPanels(f: (z: number) => number, ends: readonly number[]): number {
  let sum = 0
  for (let panel = 1; panel < ends.length; panel++) {
    const half = (ends[panel] - ends[panel - 1]) / 2
    if (half === 0) continue
    const center = ends[panel - 1] + half
    let part = 0
    for (let node = 0; node < order; node++) {
      const z = center + half * rule.nodes[node]
      part += rule.weights[node] * f(z) * normalDensity(z)
    }
    sum += half * part
  }
  return sum
}

/** The Gauss-Legendre rule on [-1, 1]. Its nodes are the roots of a Legendre polynomial, found by Newton's method. */
const rule = legendreRule(order)

function legendreRule(count: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const [nodes, weights] = [new Float64Array(count), new Float64Array(count)]
  for (let node = 0; node < count; node++) {
    let x = Math.cos((Math.PI * (node + 0.75)) / (count + 0.5))
    let derivative = 0
    for (let round = 0; round < 8; round++) {
      const [value, before] = legendre(count, x)
      derivative = (count * (before - x * value)) / (1 - x * x)
      x -= value / derivative
    }
    nodes[node] = x
    weights[node] = 2 / ((1 - x * x) * derivative * derivative)
  }
  return { nodes, weights }
}

/** The Legendre polynomials of degree `degree` and `degree - 1` at x. */
function legendre(degree: number, x: number): readonly [number, number] {
  let [value, before] = [x, 1]
  for (let k = 2; k <= degree; k++) [value, before] = [((2 * k - 1) * x * value - (k - 1) * before) / k, value]
  return [value, before]
}
