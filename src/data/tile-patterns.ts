/** The textures and shapes of `tiles`, and how each of them is drawn at random. */
import { cos, sin } from '../support/numbers.ts'
import type { Random } from '../support/random.ts'
import { between } from './generated.ts'

/**
 * A pattern, drawn in a plane that is moved and turned relative to the image. Lengths in the plane are in pixels of the
 * image.
 */
export interface Pattern {
  /** Angle of the pattern's plane, in radians. */
  readonly angle: number
  /** Largest distance by which the pattern's middle is moved along each axis of the image, in pixels. */
  readonly reach: number
  /** Returns how much of the pixel around a point of the plane the pattern covers, as a fraction from 0 to 1. */
  readonly cover: (u: number, v: number) => number
}

/**
 * Returns the fraction of a pixel that a pattern covers. `distance` is the pixel's signed distance to the edge of the
 * pattern in pixels, positive inside. Edges fade over one pixel.
 */
const coverage = (distance: number): number => Math.min(1, Math.max(0, distance + 0.5))

/** Returns the signed distance to the nearest edge of stripes that cover the fraction `share` of each period. */
function stripeDistance(along: number, period: number, share: number): number {
  const place = along / period
  return (share / 2 - Math.abs(place - Math.floor(place) - 0.5)) * period
}

/** Largest distance by which a texture is moved, in pixels. The distance exceeds the period of most textures. */
const TEXTURE_REACH = 8
/** Largest distance by which a shape is moved, in pixels. At this distance, most shapes stay inside the image. */
const SHAPE_REACH = 7

const anyAngle = (random: Random): number => between(random, 0, 2 * Math.PI)

const TILT = 0.2 // largest tilt to each side, in radians (11 degrees)

/** Draws stripes whose normal has about the angle `middle`. */
function stripes(random: Random, middle: number): Pattern {
  const period = between(random, 5, 12)
  const share = between(random, 0.4, 0.6)
  return {
    angle: middle + between(random, -TILT, TILT),
    reach: TEXTURE_REACH,
    cover: (u) => coverage(stripeDistance(u, period, share)),
  }
}

function checks(random: Random): Pattern {
  const period = between(random, 8, 16)
  const cover = (u: number, v: number): number => {
    const one = stripeDistance(u, period, 0.5)
    const other = stripeDistance(v, period, 0.5)
    const distance = Math.min(Math.abs(one), Math.abs(other))
    return coverage(one * other > 0 ? distance : -distance)
  }
  return { angle: anyAngle(random), reach: TEXTURE_REACH, cover }
}

function dots(random: Random): Pattern {
  const period = between(random, 7, 13)
  const radius = period * between(random, 0.24, 0.34)
  const fromDot = (along: number): number => along - period * Math.floor(along / period) - period / 2
  const cover = (u: number, v: number): number => coverage(radius - distance(fromDot(u), fromDot(v)))
  return { angle: anyAngle(random), reach: TEXTURE_REACH, cover }
}

/**
 * Returns the length of a vector. Math.hypot is not used, because its last bit may differ between JavaScript engines.
 */
const distance = (u: number, v: number): number => Math.sqrt(u * u + v * v)

function rings(random: Random): Pattern {
  const period = between(random, 5, 11)
  const phase = between(random, 0, period)
  const share = between(random, 0.4, 0.6)
  const cover = (u: number, v: number): number => coverage(stripeDistance(distance(u, v) + phase, period, share))
  return { angle: 0, reach: TEXTURE_REACH, cover }
}

/** Draws three to five lines through a point, and covers every second sector between the lines. */
function rays(random: Random): Pattern {
  const lines = 3 + random.integer(3)
  const cosines = Array.from({ length: lines }, (_, line) => cos((Math.PI * line) / lines))
  const sines = Array.from({ length: lines }, (_, line) => sin((Math.PI * line) / lines))
  const cover = (u: number, v: number): number => {
    let nearest = Number.POSITIVE_INFINITY
    let sign = 1
    for (let line = 0; line < lines; line++) {
      const fromLine = cosines[line] * u + sines[line] * v
      if (fromLine < 0) sign = -sign
      nearest = Math.min(nearest, Math.abs(fromLine))
    }
    return coverage(sign * nearest)
  }
  return { angle: anyAngle(random), reach: TEXTURE_REACH, cover }
}

function disc(random: Random): Pattern {
  const radius = between(random, 5, 11)
  return { angle: 0, reach: SHAPE_REACH, cover: (u, v) => coverage(radius - distance(u, v)) }
}

const SINE_OF_60_DEGREES = Math.sqrt(0.75)

/** Draws a triangle with three equal sides. */
function triangle(random: Random): Pattern {
  const inner = between(random, 5, 8) // radius of the triangle's inscribed circle, in pixels
  const cover = (u: number, v: number): number => {
    const slope = SINE_OF_60_DEGREES * Math.abs(v)
    return coverage(inner - Math.max(u, slope - u / 2))
  }
  return { angle: anyAngle(random), reach: SHAPE_REACH, cover }
}

function cross(random: Random): Pattern {
  const length = between(random, 8, 13)
  const width = length * between(random, 0.2, 0.35)
  const cover = (u: number, v: number): number => {
    const across = Math.abs(u)
    const down = Math.abs(v)
    return coverage(Math.max(Math.min(width - across, length - down), Math.min(width - down, length - across)))
  }
  return { angle: anyAngle(random), reach: SHAPE_REACH, cover }
}

/**
 * The name and the pattern of each class of `tiles`. No pattern is the mirror image of another pattern, so images may
 * be flipped.
 */
export const PATTERNS: readonly { readonly name: string; readonly draw: (random: Random) => Pattern }[] = [
  { name: 'rows', draw: (random) => stripes(random, Math.PI / 2) },
  { name: 'columns', draw: (random) => stripes(random, 0) },
  { name: 'slants', draw: (random) => stripes(random, random.integer(2) === 0 ? Math.PI / 4 : -Math.PI / 4) },
  { name: 'checks', draw: checks },
  { name: 'dots', draw: dots },
  { name: 'rings', draw: rings },
  { name: 'rays', draw: rays },
  { name: 'disc', draw: disc },
  { name: 'triangle', draw: triangle },
  { name: 'cross', draw: cross },
]
