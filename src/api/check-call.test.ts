import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { moons } from '../data/planar.ts'
import { chain, dense } from '../network/layers.ts'
import { compare } from './compare.ts'
import { diagnose } from './diagnose.ts'
import { diagnoseRun } from './diagnose-run.ts'
import { evaluate } from './evaluate.ts'
import { predict } from './predict.ts'
import { resume } from './resume.ts'
import { resumeComparison } from './resume-comparison.ts'
import { resumeDiagnosis } from './resume-diagnosis.ts'
import { train } from './train.ts'

const network = chain(dense(2))
const data = moons({ train: 8, test: 8 })
const families = [{ name: 'one', label: 'one', ofDepth: () => network }]

/** Calls of all public functions as in plain JavaScript, with options that no compiler has checked. */
const verbs: Readonly<Record<string, (options: never) => Promise<unknown>>> = {
  train: (options) => train(network, options),
  compare: (options) => compare(families, options),
  diagnose: (options) => diagnose(network, options),
  evaluate: (options) => evaluate(network, options),
  predict: (options) => predict(network, options),
  resume: (options) => resume('/nowhere', options),
  resumeComparison: (options) => resumeComparison('/nowhere', options),
  resumeDiagnosis: (options) => resumeDiagnosis('/nowhere', options),
  diagnoseRun: (options) => diagnoseRun('/nowhere', options),
}

const refusalOf = (verb: string, options: object): Promise<string> =>
  laterRefusal(() => verbs[verb]({ data, ...options } as never))

describe('when a public function is called,', () => {
  it.each(Object.keys(verbs))('options of an unknown name are refused by %s', async (verb) => {
    expect(await refusalOf(verb, { threds: 1 })).toMatch(
      /^IsobathError: threds: expected one of [\w, ]+\. Did you mean threads\?$/,
    )
  })

  it('misspelled options and options of another function are refused with advice', async () => {
    const said = [
      await refusalOf('compare', { stesp: 3 }),
      await refusalOf('compare', { seed: 3 }),
      await refusalOf('diagnose', { bugdet: 3 }),
      await refusalOf('diagnose', { evaluateEvery: 'never' }),
      await refusalOf('diagnose', { logEvery: 5 }),
      await refusalOf('diagnose', { rate: 0.1 }),
      await refusalOf('resume', { rate: 0.1 }),
    ]
    expect(said.map((text) => text.replace(/expected one of .*?\./, '...')).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: stesp: ... Did you mean steps?
      IsobathError: seed: ... Give a list of seeds, such as [0, 1, 2].
      IsobathError: bugdet: ... Did you mean budget?
      IsobathError: evaluateEvery: ... A diagnosis chooses by itself at which steps it scores its trainings and records losses. Leave the option out.
      IsobathError: logEvery: ... A diagnosis chooses by itself at which steps it scores its trainings and records losses. Leave the option out.
      IsobathError: rate: ... Give this option to the optimizer, such as momentum({ rate: 0.1 }).
      IsobathError: rate: ..."
    `)
  })
})
