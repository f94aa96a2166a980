/** Texts about controls: the question that each control answers, and the change that each control made. */
import { counted, number } from '../../format/words.ts'
import { isRemedyName, type RemedyName } from '../../remedies/table.ts'
import type { Need } from '../causes/assessment.ts'
import type { LossChange } from '../causes/control-answers.ts'
import { type ChangeName, type ControlOf, changes, controlOf } from '../controls.ts'
import { seedsText } from './words.ts'

const questions: Readonly<Record<Exclude<ChangeName, RemedyName>, string>> = {
  network: 'does the network train at this rate?',
  'shallow twin': 'does the same network with fewer layers train better?',
  'shallower twin': 'does the same network with the fewest layers train better?',
  'short run': 'which rate is the best?',
  'short run of the shallow twin': 'which rate is the best for the twin?',
  'short run of the shallower twin': 'which rate is the best for the twin?',
  float64: 'is float32 too imprecise?',
  '3 x steps': 'is the training too short?',
  '10 x steps': 'is the training far too short?',
  '4 x width': 'is the network too narrow?',
  '16 x width': 'is the network far too narrow?',
  'standardized data': 'is the scale of the data the cause?',
  'free output': 'does the last layer keep the outputs from the targets?',
  'with activations': 'does the network lack a nonlinearity?',
  'without regularization': 'do dropout and weight decay hold the network back?',
  'balanced classes': 'do weights for the classes help the small classes?',
  'raw data': 'does the network train on the data without standardization?',
  'drawn weights': 'does the network train with weights of its own initializers?',
  'half the data': 'does less data widen the gap between training and test error?',
  'random labels': 'can the network memorize random labels?',
}

/**
 * Names the training or measurement that would decide a cause, such as `float64 with one seed (is float32 too
 * imprecise?)`.
 */
export function needText(need: Need): string {
  if ('measurement' in need) return 'a measurement on the trained network'
  const { control, seeds, isFresh } = need
  return `${control} with ${isFresh ? counted(seeds, 'fresh seed') : seedsText(seeds)} (${questionOf(controlOf(control).change)})`
}

const questionOf = (name: ChangeName): string =>
  isRemedyName(name) ? 'does the network train with this change?' : questions[name]

const multiples = { 3: 'three', 4: 'four', 10: 'ten', 16: 'sixteen' } as const

/** Names a larger number of steps, such as `three times the steps`. */
export const stepsText = (control: ControlOf<'steps'>): string =>
  `${multiples[changes[control].factor]} times the steps`

/** Names a larger width, such as `four times the width`. */
export const widthText = (control: ControlOf<'width'>): string =>
  `${multiples[changes[control].factor]} times the width`

/**
 * Describes the change of the training loss, such as `the training loss in float64 is 0.31 instead of 2.3`. The
 * argument `where` is a text such as `in float64`.
 */
export function lossChangeText({ before, after }: LossChange, where: string): string {
  if (after === null) {
    const unchanged = before === null ? 'as well' : `instead of reaching a loss of ${number(before)}`
    return `the training ${where} diverges ${unchanged}`
  }
  if (before !== null && number(after) === number(before)) return `the training loss ${where} is also ${number(after)}`
  return `the training loss ${where} is ${number(after)} instead of ${before === null ? 'diverging' : number(before)}`
}
