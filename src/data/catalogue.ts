import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'
import type { Dataset, Samples } from './dataset.ts'
import { checkWhole } from './generated.ts'
import { glyphs } from './glyphs.ts'
import { moons, spirals } from './planar.ts'

/** What can be asked of a data set by name. */
export interface DatasetOptions {
  /** The folder of the data set's files, or one with a folder of the set's name in it; by default ISOBATH_DATA, or `data`. */
  readonly dataDir?: string
  /** Chooses the generated samples and the subset. */
  readonly seed?: number
  /** Keep a random subset of so many training samples; with one seed, a smaller one is the beginning of a larger. */
  readonly samples?: number
  /** Spirals: how many arms. */
  readonly classes?: number
  /** Spirals and moons: the deviation of the noise. */
  readonly noise?: number
}

/** One data set, as `data list` shows it; sizes are the usual ones. */
export interface CatalogueRow {
  readonly name: string
  readonly what: string
  readonly shape: readonly number[]
  readonly classes: number
  readonly train: number
  readonly test: number
  readonly source: 'generated' | 'files'
}

interface Entry extends Omit<CatalogueRow, 'name'> {
  /** Options that only some sets have. */
  readonly options: readonly ('classes' | 'noise')[]
  load(options: DatasetOptions): Dataset | Promise<Dataset>
}

const ENTRIES = {
  glyphs: {
    what: 'grey images of ten made-up signs, drawn with random strokes',
    shape: [1, 28, 28],
    classes: 10,
    train: 12_000,
    test: 2_000,
    source: 'generated',
    options: [],
    load: glyphs,
  },
  mnist: {
    what: 'handwritten digits (LeCun, Cortes, Burges), four IDX files',
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
    source: 'files',
    options: [],
    // Imported when asked for, so that the generated sets work where there are no files.
    load: async ({ dataDir }) => {
      const { loadMnist } = await import('./mnist.ts')
      return loadMnist(dataFolder(dataDir))
    },
  },
  moons: {
    what: 'points on two half-circles that reach into each other',
    shape: [2],
    classes: 2,
    train: 2_000,
    test: 1_000,
    source: 'generated',
    options: ['noise'],
    load: moons,
  },
  spirals: {
    what: 'points on interleaved spiral arms',
    shape: [2],
    classes: 2,
    train: 2_000,
    test: 1_000,
    source: 'generated',
    options: ['classes', 'noise'],
    load: spirals,
  },
} satisfies Record<string, Entry>

const TABLE = new Map<string, Entry>(Object.entries(ENTRIES))

/** The data sets that have a name. */
export const catalogue: readonly CatalogueRow[] = [...TABLE].map(([name, entry]) => ({
  name,
  what: entry.what,
  shape: entry.shape,
  classes: entry.classes,
  train: entry.train,
  test: entry.test,
  source: entry.source,
}))

/**
 * The data set of a name, with a subset of its training samples when `samples` says so.
 *
 * Throws a `data` error on an unknown name (it lists the known ones), on an option the set doesn't have or a value it
 * can't take, and when files are missing or broken.
 */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  const entry = TABLE.get(name)
  if (entry === undefined) {
    throw new IsobathError(
      'data',
      `data set ${JSON.stringify(name)}: expected one of ${[...TABLE.keys()].join(', ')}.${suggestion(name)}`,
    )
  }
  for (const option of ['classes', 'noise'] as const) {
    if (options[option] !== undefined && !entry.options.includes(option)) {
      throw new IsobathError('data', `${name}: has no option ${option}. Leave it out.`)
    }
  }
  const data = await entry.load(options)
  if (options.samples === undefined) return data
  checkWhole(`${name}: samples`, options.samples, 1, data.train.count)
  return { ...data, train: randomSubset(data.train, options.samples, options.seed ?? 0) }
}

/** `count` different samples, chosen by the seed, in random order. */
export function randomSubset(samples: Samples, count: number, seed: number): Samples {
  const size = samples.inputs.length / samples.count
  const chosen = createRandom(seed, 'subset').permutation(samples.count).subarray(0, count)
  const inputs = samples.inputs.slice(0, count * size)
  const labels = samples.labels.slice(0, count)
  for (const [row, sample] of chosen.entries()) {
    inputs.set(samples.inputs.subarray(sample * size, (sample + 1) * size), row * size)
    labels[row] = samples.labels[sample]
  }
  return { count, inputs, labels }
}

/** The folder that was asked for, or the one of ISOBATH_DATA; undefined is the folder that `data fetch` fills. */
function dataFolder(dataDir: string | undefined): string | undefined {
  // A browser has no `process`.
  return dataDir ?? ((typeof process === 'undefined' ? undefined : process.env.ISOBATH_DATA) || undefined)
}

/** ` Did you mean mnist?` with the known name that shares the most pairs of letters with this one (Dice 1945), if any. */
function suggestion(name: string): string {
  const pairs = (word: string): Set<string> => new Set(Array.from(` ${word}`, (_, at) => ` ${word} `.slice(at, at + 2)))
  const asked = pairs(name.toLowerCase())
  let best = ''
  let highest = 0
  for (const known of TABLE.keys()) {
    const own = pairs(known)
    const score = [...own].filter((pair) => asked.has(pair)).length / (own.size + asked.size)
    if (score > highest) {
      best = ` Did you mean ${known}?`
      highest = score
    }
  }
  return best
}
