/** Words for the causes in the setup of a training. */
import { percent } from '../../format/words.ts'
import type { SetupFacts } from '../causes/setup.ts'
import type { SetupCause } from '../causes/setup-table.ts'
import { controlOf } from '../controls.ts'
import { type ErrorText, type EvidenceRow, rateText, seedsText, twoSentences, type Words } from './words.ts'

interface SetupTexts {
  /** The fault, as the start of a sentence. */
  readonly fault: string
  /** The mended training, after "with" or as a condition. */
  readonly mended: string
  /** A setup in which there is nothing to mend. */
  readonly nothing: string
  /** A setup that gives no reason for doubt. */
  readonly limits: string
  /** The error that the mended training lowers. */
  readonly error: 'error' | 'balanced error'
}

const texts: Readonly<Record<SetupCause, SetupTexts>> = {
  'unscaled-data': {
    fault: 'the scale of the data is the cause',
    mended: 'with standardized data',
    nothing: 'the data are standardized',
    limits: 'inputs and targets have usual scales',
    error: 'error',
  },
  'output-cannot-reach-targets': {
    fault: 'the last layer keeps the outputs from the targets',
    mended: 'without the last activation',
    nothing: 'no last layer limits the outputs',
    limits: 'the outputs can reach the targets',
    error: 'error',
  },
  'no-nonlinearity': {
    fault: 'the network has no nonlinearity between its layers',
    mended: 'with a ReLU between the layers',
    nothing: 'the network has a nonlinearity',
    limits: 'the network has a nonlinearity',
    error: 'error',
  },
  'over-regularized': {
    fault: 'the network is regularized too much',
    mended: 'without dropout and weight decay',
    nothing: 'the training has neither dropout nor weight decay',
    limits: 'dropout and weight decay are small',
    error: 'error',
  },
  'unbalanced-classes': {
    fault: 'the small classes count too little in the loss',
    mended: 'with balanced class weights',
    nothing: 'no class is three times as large as another',
    limits: 'no class is three times as large as another',
    error: 'balanced error',
  },
}

export const setupWords =
  (cause: SetupCause) =>
  (facts: SetupFacts, say: ErrorText = percent): Words => ({
    statement: statementOf(texts[cause], facts, say),
    evidence: rowsOf(texts[cause], facts, say),
  })

function statementOf(setup: SetupTexts, facts: SetupFacts, say: ErrorText): string {
  switch (facts.outcome) {
    case 'nothing to mend':
      return setup.nothing
    case 'within limits':
      return setup.limits
    case 'fits':
      return 'the network fits the training set'
    case 'untried':
      return `the network has not been trained ${setup.mended} with all seeds`
    case 'mended': {
      const { test, floor } = facts
      if (floor !== null) {
        const least = floor.isLost
          ? `outputs are off for all samples, and the samples of their classes are ${say(floor.error)} of all samples`
          : `the range of the outputs allows no error below ${say(floor.error)}`
        return twoSentences(
          `${setup.fault}: ${least}`,
          `${setup.mended}, a training reaches an error of ${say(floor.lowest)}`,
        )
      }
      const first = `${setup.fault}: ${changeText(setup, facts, say)}`
      return test === null
        ? first
        : twoSentences(first, `the ${nameOf(setup.error, 'test')} is ${say(test.after)} instead of ${say(test.before)}`)
    }
    case 'too few seeds':
      return `${changeText(setup, facts, say)}, but three seeds are needed to rule out chance`
    case 'not mended':
      return changeText(setup, facts, say)
    case 'costs test error': {
      const { test } = facts
      const tests =
        test === null
          ? ''
          : `, and the ${nameOf(setup.error, 'test')} is ${say(test.after)} instead of ${say(test.before)}`
      return `${changeText(setup, facts, say)}${tests}`
    }
  }
}

/** Names an error of a set, such as `balanced test error`. */
const nameOf = (error: SetupTexts['error'], set: 'training' | 'test'): string =>
  error === 'error' ? `${set} error` : `balanced ${set} error`

type Tried = Extract<SetupFacts, { readonly share: number }>

const changeText = ({ mended, error }: SetupTexts, { control, rate, before, after }: Tried, say: ErrorText): string => {
  const at = controlOf(control).position === 0 ? '' : ` at the rate ${rateText(rate)}`
  return `${mended}${at}, the ${nameOf(error, 'training')} is ${say(after)} instead of ${say(before)}`
}

function rowsOf(setup: SetupTexts, facts: SetupFacts, say: ErrorText): EvidenceRow[] {
  if (!('share' in facts)) return []
  const { share, limit, seeds } = facts
  const name = `fraction of the ${nameOf(setup.error, 'training')} that is removed ${setup.mended}`
  return [{ name, value: share, limit, words: `${changeText(setup, facts, say)} (${seedsText(seeds)})` }]
}
