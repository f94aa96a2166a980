/** The generated data set `tiles`: colored images of textures and shapes. */
import type { Input } from '../support/fields.ts'
import { cos, sin } from '../support/numbers.ts'
import { createRandom, type Random } from '../support/random.ts'
import type { Dataset, Samples } from './dataset.ts'
import { balancedLabels, between, generatorSettings, sizes } from './generated.ts'
import { writeNoisy } from './noise.ts'
import { PATTERNS, type Pattern } from './tile-patterns.ts'

const SIDE = 32
const PIXELS = SIDE * SIDE
const CHANNELS = 3
const MIDDLE = (SIDE - 1) / 2

const DARKEST = 0.1 // smallest value of a color channel, on the scale from 0 to 1
const LIGHTEST = 0.9
const CONTRAST = 0.4 // smallest difference between the two colors, in at least one channel
const LIGHT = 0.15 // largest change that light from one side makes to a value at the image's edge
const NOISE = 0.06 // standard deviation of the noise of each value

export const tilesOptions = sizes(5_000, 1_000, CHANNELS * PIXELS)

/**
 * Generates the data set `tiles`: color images [3, 32, 32] of ten classes, for convolutional networks, without a
 * download. Seven classes are patterns that fill the image: six textures and one pattern of sectors. Three classes are
 * shapes that lie somewhere in the image. Values are bytes, and the classes are balanced. The defaults are 5,000
 * training and 1,000 test samples.
 *
 * The colors, the place, the size and the angle of a pattern are random and say nothing about the class. The exception
 * is stripes, whose angle determines the class. Light falls from one side, and noise is added. No class is the mirror
 * image of another class.
 *
 * The test errors were measured with momentum 0.9, batch 128, a cosine schedule of the rate, and seed 0. A network with
 * two hidden layers of 256 units has a test error of 47% after 20 epochs (training error 0%). A residual network of 8
 * layers has a test error of 0.9% after 10 epochs. A linear classifier of PyTorch has a test error of about 80%. One
 * CPU core draws the whole set `tiles` in 0.6 s.
 *
 * Throws a `data` error for a bad number of samples or an unknown option.
 */
export function tiles(options: Input<typeof tilesOptions> = {}): Dataset {
  const { seed, train, test } = generatorSettings('tiles', tilesOptions, options)
  return {
    name: 'tiles',
    shape: [CHANNELS, SIDE, SIDE],
    classes: PATTERNS.length,
    classNames: PATTERNS.map(({ name }) => name),
    train: drawSamples(seed, 'train', train),
    test: drawSamples(seed, 'test', test),
  }
}

function drawSamples(seed: number, set: string, count: number): Samples {
  const size = CHANNELS * PIXELS
  const inputs = new Uint8Array(count * size)
  const labels = balancedLabels(count, PATTERNS.length, seed, 'tiles', set)
  const image = new Float64Array(size)
  for (let index = 0; index < count; index++) {
    const random = createRandom(seed, 'tiles', set, index)
    paint(image, PATTERNS[labels[index]].draw(random), random)
    writeNoisy(image, inputs.subarray(index * size, (index + 1) * size), NOISE, random)
  }
  return { count, inputs, labels }
}

/**
 * Paints the pattern at a random place, in a random color on a background of another random color, with light from one
 * side.
 */
function paint(image: Float64Array, { angle, reach, cover }: Pattern, random: Random): void {
  const middleX = MIDDLE + between(random, -reach, reach)
  const middleY = MIDDLE + between(random, -reach, reach)
  const cosine = cos(angle)
  const sine = sin(angle)
  const [ground, ink] = chooseColors(random)
  const lightX = between(random, -LIGHT, LIGHT) / MIDDLE
  const lightY = between(random, -LIGHT, LIGHT) / MIDDLE
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const fromX = x - middleX
      const fromY = y - middleY
      const share = cover(cosine * fromX + sine * fromY, cosine * fromY - sine * fromX)
      const light = lightX * (x - MIDDLE) + lightY * (y - MIDDLE)
      for (let channel = 0; channel < CHANNELS; channel++) {
        const color = ground[channel] + share * (ink[channel] - ground[channel])
        image[channel * PIXELS + y * SIDE + x] = color + light
      }
    }
  }
}

type Color = readonly number[]

/** Draws two random colors that are clearly different. */
function chooseColors(random: Random): readonly [Color, Color] {
  const draw = (): Color => Array.from({ length: CHANNELS }, () => between(random, DARKEST, LIGHTEST))
  for (;;) {
    const one = draw()
    const other = draw()
    if (one.some((value, channel) => Math.abs(value - other[channel]) > CONTRAST)) return [one, other]
  }
}
