/** Finds networks of a comparison whose learning rate looks wrong, judged only by their trainings. */
import { taskOf } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { type Chance, chanceOf, median } from '../diagnosis/evidence.ts'
import { formatPercent } from '../format/text.ts'
import { counted, number } from '../format/words.ts'
import { courseOf } from '../training/course.ts'
import type { LossRecord } from '../training/state.ts'
import type { ComparedRun } from './comparison-sentence.ts'
import type { ComparisonGrid } from './comparison-trials.ts'

/** Signs of a wrong rate, in the order in which they are looked for. */
export const rateSigns = ['diverged', 'loss-rose', 'hardly-trained', 'still-falling'] as const

export type RateSign = (typeof rateSigns)[number]

/** A network whose learning rate looks wrong. */
export interface SuspectRate {
  /** Name of the network family. */
  readonly family: string
  readonly depth: number
  readonly rate: number
  /** The sign by which the rate looks wrong. */
  readonly sign: RateSign
  /** The sign in a sentence. */
  readonly sentence: string
}

interface Run extends ComparedRun {
  readonly rate: number
  readonly losses: readonly LossRecord[]
}

/** The trainings of one network, and the facts with which they are judged. */
interface Case {
  readonly runs: readonly Run[]
  /** Trainings of networks of the same family with fewer layers. */
  readonly shallower: readonly (readonly Run[])[]
  readonly chance: Chance
  /** The guess that ignores the inputs, such as `the largest class`. */
  readonly guess: string
}

/** Factor by which the loss must rise during a training to count as a sign. */
const risen = 1.1
/** Fraction of the loss of guessing above which a network has hardly been trained. */
const hardlyTrained = 0.75
/** Fraction of the loss of guessing below which a shallower network has been trained. */
const trained = 0.5
/** Fraction of the loss of guessing by which the loss falls in the last fifth of a training that should go on. */
const steep = 0.1

/** Looks for each sign. A sign returns its words, or undefined if the trainings do not show the sign. */
const signs: Readonly<Record<RateSign, (one: Case) => { readonly looks: string; readonly words: string } | undefined>> =
  {
    diverged: ({ runs }) => {
      const failed = runs.filter(({ diverged }) => diverged !== null).length
      const words = runs.length === 1 ? 'the training diverged' : `${failed} of ${runs.length} seeds diverged`
      return failed === 0 ? undefined : { looks: 'too high', words }
    },
    'loss-rose': ({ runs }) => {
      const [start, end] = [meanOf(runs.map(({ losses }) => losses[0]?.loss)), meanOf(runs.map(lossAtEnd))]
      if (start === undefined || end === undefined || end <= start * risen || start <= 0) return undefined
      return { looks: 'too high', words: `the loss rises from ${number(start)} to ${number(end)}` }
    },
    'hardly-trained': ({ runs, shallower, chance, guess }) => {
      const [loss, error] = [meanOf(runs.map(({ train }) => train.loss)), meanOf(runs.map(({ train }) => train.error))]
      const others = shallower.map((list) => meanOf(list.map(({ train }) => train.loss)))
      const isAlone = !others.some((other) => other !== undefined && other < trained * chance.loss)
      if (loss === undefined || error === undefined || loss < hardlyTrained * chance.loss || isAlone) return undefined
      const guessing = formatPercent(chance.error, 0)
      const words = `the training error of ${formatPercent(error, 0)} is not far below guessing ${guess} (${guessing}), and a shallower network of the family trains`
      return { looks: 'wrong', words }
    },
    'still-falling': ({ runs, chance }) => {
      const parts = runs.map(({ losses }) => {
        const fifth = Math.floor(losses.length / 5)
        return fifth === 0 ? [] : [losses.slice(-2 * fifth, -fifth), losses.slice(-fifth)].map(levelOf)
      })
      const start = meanOf(runs.map(({ losses }) => losses[0]?.loss))
      const [before, last] = [meanOf(parts.map(([one]) => one)), meanOf(parts.map(([, one]) => one))]
      if (start === undefined || before === undefined || last === undefined) return undefined
      const fall = before - last
      // A loss above its start comes down from a jump, and a jump is no sign of a low rate.
      if (fall < steep * chance.loss || before > start) return undefined
      const stillFalling = runs.filter(({ losses }) => courseOf(losses).kind === 'falling')
      if (stillFalling.length <= runs.length / 2) return undefined
      const words = `the loss still falls by ${number(fall)} in the last fifth of the steps, so more steps may help too`
      return { looks: 'too low', words }
    },
  }

/** Lists the networks whose rate looks wrong, ordered by family and depth, with the first sign of each network. */
export function suspectRates(
  runs: readonly Run[],
  { families, depths, data, settings }: Pick<ComparisonGrid, 'families' | 'depths' | 'data' | 'settings'>,
): SuspectRate[] {
  const chance = chanceOf(data, settings, createStandardizer(data.train, data.shape, settings))
  const guess = taskOf(data) === 'classification' ? 'the largest class' : 'the mean'
  return families.flatMap(({ name: family, label }) => {
    const of = (depth: number) => runs.filter((run) => run.family === family && run.depth === depth)
    return depths.flatMap((depth) => {
      const own = of(depth)
      const shallower = depths.filter((other) => other < depth).map(of)
      const sign = rateSigns.find((name) => signs[name]({ runs: own, shallower, chance, guess }))
      const found = sign && signs[sign]({ runs: own, shallower, chance, guess })
      if (!found || own.length === 0) return []
      const { rate } = own[0]
      const sentence = `The rate ${number(rate)} looks ${found.looks} for the ${label} network of ${counted(depth, 'layer')}: ${found.words}.`
      return [{ family, depth, rate, sign, sentence }]
    })
  })
}

/** The mean of the finite values, or undefined if no value is finite. */
function meanOf(values: readonly (number | null | undefined)[]): number | undefined {
  const finite = values.filter((value) => value !== null && value !== undefined).filter(Number.isFinite)
  return finite.length === 0 ? undefined : finite.reduce((sum, value) => sum + value / finite.length, 0)
}

/** The loss of a typical batch. A few batches with outliers have a far larger loss than the others. */
function levelOf(losses: readonly LossRecord[]): number | undefined {
  const finite = losses.map(({ loss }) => loss).filter(Number.isFinite)
  return finite.length === 0 ? undefined : median(finite)
}

/** The loss of a typical batch in the last tenth of the logged steps. */
const lossAtEnd = ({ losses }: Run): number | undefined => levelOf(losses.slice(-Math.ceil(losses.length / 10)))
