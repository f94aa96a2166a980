/** Texts about controls: the question that each control answers, and the change that each control made. */
import { number } from '../../format/words.ts'
import type { Need } from '../causes/assessment.ts'
import type { LossChange } from '../causes/control-answers.ts'
import { type ControlName, type ControlOf, controls } from '../controls.ts'
import { seedsText } from './words.ts'

const questions = {
  network: 'how does the unchanged network train?',
  'shallow twin': 'does the same network with fewer layers train better?',
  'shallower twin': 'does the same network with the fewest layers train better?',
  'rate / 3': 'is the step too large?',
  'rate / 10': 'is the step far too large?',
  float64: 'is float32 too imprecise?',
  '3 x steps': 'is the network only slow?',
  '4 x width': 'is the network too narrow?',
  '16 x width': 'is the network far too narrow?',
  'half the data': 'does less data widen the gap between training and test error?',
  'random labels': 'can the network memorize random labels?',
} as const satisfies Readonly<Record<ControlName, string>>

/**
 * Names the training or measurement that would decide a cause, such as `float64 with one seed (is float32 too
 * imprecise?)`.
 */
export function needText(need: Need): string {
  if ('measurement' in need) return 'a measurement on the trained network'
  const { control, seeds } = need
  return `${control} with ${seedsText(seeds)} (${questions[control]})`
}

const fractions = { 3: 'a third', 10: 'a tenth' } as const

/** Names a smaller learning rate, such as `a third of the rate`. */
export const rateText = (control: ControlOf<'rate'>): string => `${fractions[controls[control].divisor]} of the rate`

const multiples = { 3: 'three', 4: 'four', 16: 'sixteen' } as const

/** Names a larger number of steps, such as `three times the steps`. */
export const stepsText = (control: ControlOf<'steps'>): string =>
  `${multiples[controls[control].factor]} times the steps`

/** Names a larger width, such as `four times the width`. */
export const widthText = (control: ControlOf<'width'>): string =>
  `${multiples[controls[control].factor]} times the width`

/**
 * Describes the change of the training loss, such as `the training loss in float64 is 0.31 instead of 2.3`. The
 * argument `where` is a text such as `in float64` or `at a third of the rate`.
 */
export function lossChangeText({ before, after }: LossChange, where: string): string {
  if (after === null) {
    const unchanged = before === null ? 'as well' : `instead of reaching a loss of ${number(before)}`
    return `the training ${where} diverges ${unchanged}`
  }
  if (before !== null && number(after) === number(before)) return `the training loss ${where} is also ${number(after)}`
  return `the training loss ${where} is ${number(after)} instead of ${before === null ? 'diverging' : number(before)}`
}
