/** Finds networks of a comparison that learned next to nothing, or that stopped improving long ago. */
import { createStandardizer } from '../data/standardize.ts'
import { chanceOf } from '../diagnosis/evidence.ts'
import { counted, grouped, listed, number } from '../format/words.ts'
import { courseOf } from '../training/course.ts'
import type { LossRecord } from '../training/state.ts'
import { hasLearnedNothing, isFlatEarly } from './advice.ts'
import type { ComparedRun } from './comparison-sentence.ts'
import type { ComparisonGrid } from './comparison-trials.ts'

/** A network whose trainings all learned next to nothing, or all stopped improving long ago. */
export interface StuckNetwork {
  /** Name of the network family. */
  readonly family: string
  readonly depth: number
  /** Rate of the trainings: the network's own best rate, if the comparison searched for best rates. */
  readonly rate: number
  /**
   * `learned nothing`: the training loss is about that of guessing. `stopped improving`: at a constant rate, the loss
   * has hardly fallen since a step in the first half of the training.
   */
  readonly finding: 'learned nothing' | 'stopped improving'
  /** Mean of the final training losses, or of the levels at which the losses of the batches stay. */
  readonly loss: number
  /** `stopped improving` only: the last of the steps from which on the losses of the seeds hardly fell. */
  readonly since?: number
}

interface Run extends ComparedRun {
  readonly rate: number
  readonly losses: readonly LossRecord[]
}

/** A training at the shared rate, with the training at the network's own best rate. */
type TunedRun = Run & { readonly tuned?: Omit<Run, 'family' | 'depth' | 'seed'> }

interface Grid extends Pick<ComparisonGrid, 'depths' | 'data' | 'settings'> {
  readonly families: readonly { readonly name: string; readonly label: string }[]
}

const chanceIn = ({ data, settings }: Grid): number =>
  chanceOf(data, settings, createStandardizer(data.train, data.shape, settings)).loss

/** Lists the networks that are stuck at their best known rate, ordered by family and depth. */
export function stuckNetworks(runs: readonly TunedRun[], grid: Grid): StuckNetwork[] {
  const chance = chanceIn(grid)
  if (!(chance > 0)) return []
  return grid.families.flatMap(({ name }) =>
    grid.depths.flatMap((depth) => {
      const own = runs.filter((run) => run.family === name && run.depth === depth)
      return stuckNetwork(
        own.map((run) => ({ ...run, ...run.tuned })),
        grid,
        chance,
      )
    }),
  )
}

function stuckNetwork(runs: readonly Run[], { settings }: Grid, chance: number): StuckNetwork[] {
  if (runs.length === 0 || runs.some(({ diverged, train }) => diverged !== null || train.loss === null)) return []
  const [{ family, depth, rate }] = runs
  const losses = runs.map(({ train }) => train.loss ?? Number.NaN)
  const courses = runs.map((run) => courseOf(run.losses.filter(({ loss }) => Number.isFinite(loss))))
  if (courses.every((course, index) => hasLearnedNothing(losses[index], chance, course))) {
    return [{ family, depth, rate, finding: 'learned nothing', loss: meanOf(losses) }]
  }
  const flat = courses.filter((course) => course.kind === 'flat').filter((course) => isFlatEarly(course, chance))
  if (settings.schedule.name !== 'constant' || flat.length < runs.length) return []
  const since = Math.max(...flat.map((course) => course.since))
  return [{ family, depth, rate, finding: 'stopped improving', loss: meanOf(flat.map(({ level }) => level)), since }]
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The deepest network that learned next to nothing, or undefined if there is none. */
export const deepestUntrained = (stuck: readonly StuckNetwork[]): StuckNetwork | undefined =>
  stuck.filter(({ finding }) => finding === 'learned nothing').toSorted((a, b) => b.depth - a.depth)[0]

/** Describes stuck networks in one sentence for each family and finding. A last sentence says what may help. */
export function stuckSentences(stuck: readonly StuckNetwork[], grid: Grid): string[] {
  const chance = chanceIn(grid)
  const advice = 'A learning rate that falls to 0 often brings the loss further down.'
  const isFlat = stuck.some(({ finding }) => finding === 'stopped improving')
  const sentences = grid.families.flatMap(({ name, label }) => {
    const own = stuck.filter(({ family }) => family === name)
    const of = (finding: StuckNetwork['finding']) => own.filter((one) => one.finding === finding)
    return [
      ...nothingSentence(of('learned nothing'), label, chance),
      ...flatSentence(of('stopped improving'), label, grid),
    ]
  })
  return isFlat ? [...sentences, advice] : sentences
}

function nothingSentence(stuck: readonly StuckNetwork[], label: string, chance: number): string[] {
  if (stuck.length === 0) return []
  const losses = rangeOf(stuck.map(({ loss }) => loss))
  return [
    `${networksOf(stuck, label)} learned next to nothing: the training loss is ${losses}, and guessing gives ${number(chance)}.`,
  ]
}

function flatSentence(stuck: readonly StuckNetwork[], label: string, { settings }: Grid): string[] {
  if (stuck.length === 0) return []
  const since = grouped(Math.max(...stuck.map((one) => one.since ?? 0)))
  const levels = rangeOf(stuck.map(({ loss }) => loss))
  return [
    `${networksOf(stuck, label)} stopped improving: the loss of a typical batch has hardly fallen since step ${since} of ${grouped(settings.steps)} and stayed near ${levels}.`,
  ]
}

/** Names networks of a family, such as `The plain networks of 4 and 16 layers`. */
export const networksOf = (stuck: readonly Pick<StuckNetwork, 'depth'>[], label: string): string =>
  stuck.length === 1
    ? `The ${label} network of ${counted(stuck[0].depth, 'layer')}`
    : `The ${label} networks of ${listed(stuck.map(({ depth }) => String(depth)))} layers`

/** One number, or the smallest and the largest number, such as `2.3` or `0.12 to 0.3`. */
function rangeOf(values: readonly number[]): string {
  const [low, high] = [number(Math.min(...values)), number(Math.max(...values))]
  return low === high ? low : `${low} to ${high}`
}
