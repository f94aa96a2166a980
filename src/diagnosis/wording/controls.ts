/** What is said of controls: the question that each asks, and what came of it. */
import { number } from '../../format/words.ts'
import type { Need } from '../causes/assessment.ts'
import type { LossChange } from '../causes/control-answers.ts'
import { type ControlName, type ControlOf, controls } from '../controls.ts'
import { seedsText } from './words.ts'

const questions = {
  network: 'the network as it is',
  'shallow twin': 'does the same network with fewer layers train better?',
  'shallower twin': 'does it with the fewest?',
  'rate / 3': 'is the step too large?',
  'rate / 10': 'is the step far too large?',
  float64: 'does arithmetic matter?',
  '3 x steps': 'is it only slower?',
  '4 x width': 'is it too narrow?',
  '16 x width': 'is it far too narrow?',
  'half the data': 'does less data widen the gap?',
  'random labels': 'can it learn labels that mean nothing by heart?',
} as const satisfies Readonly<Record<ControlName, string>>

/** What would decide a cause: `float64 with one seed (does arithmetic matter?)`. */
export function needText(need: Need): string {
  if ('measurement' in need) return 'a measurement on the trained network'
  const { control, seeds } = need
  return `${control} with ${seedsText(seeds)} (${questions[control]})`
}

const fractions = { 3: 'a third', 10: 'a tenth' } as const

/** `a third of the rate` */
export const rateText = (control: ControlOf<'rate'>): string => `${fractions[controls[control].divisor]} of the rate`

const multiples = { 3: 'three', 4: 'four', 16: 'sixteen' } as const

/** `three times the steps` */
export const stepsText = (control: ControlOf<'steps'>): string =>
  `${multiples[controls[control].factor]} times the steps`

/** `four times the width` */
export const widthText = (control: ControlOf<'width'>): string =>
  `${multiples[controls[control].factor]} times the width`

/** `training loss 0.31 instead of 2.30`, or what there is to say of runs that diverged. */
export function lossChangeText({ before, after }: LossChange): string {
  if (after === null) return before === null ? 'no finite loss either' : `no finite loss instead of ${number(before)}`
  return `training loss ${number(after)} ${before === null ? 'where it diverged' : `instead of ${number(before)}`}`
}
