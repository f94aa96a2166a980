import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  madeUpEvidence,
  noHelp,
  type Results,
  reading,
  restoredBy,
  trialsAt,
  usefulDepth,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import { longSentences } from '../../../test/support/prose.ts'
import { percent } from '../../format/words.ts'
import type { OpenQuestion } from '../diagnosis-loop.ts'
import { judge } from '../judge.ts'
import { viewOf } from '../view.ts'
import { noCureText } from './no-cure.ts'

function noCure(trials: Results, questions: readonly OpenQuestion[] = []): string | null {
  const evidence = madeUpEvidence({ trials, measured: usefulDepth() })
  return noCureText(viewOf(evidence), judge(evidence).findings, questions, percent)
}

const slope = 'leaky slope by depth'
const collapsed: Results = { ...worse(reading({ cosine: along(0.3, 0.99999) })), ...noHelp() }
const proven: Results = { ...collapsed, ...restoredBy([slope]) }
const question = (seconds: number | null): OpenQuestion => ({
  need: { control: slope, seeds: 3, isAtGivenRate: true, isFresh: true },
  seconds,
})

describe('The reason for a missing cure', () => {
  it('is not needed without a finding', () => {
    expect(noCure(collapsed)).toBeNull()
  })

  it('is the budget if further trainings are needed, with the next one and its duration', () => {
    expect(noCure(proven, [question(12.3), question(1)])).toMatchInlineSnapshot(
      `"The diagnosis ended before a change was measured with fresh seeds. The next training would be: leaky slope by depth with 3 fresh seeds (does the network train with this change?), about 13 seconds."`,
    )
    expect(noCure(proven, [question(0.01)])).toMatch(/, about 1 second\.$/)
    expect(noCure(proven, [question(null)])).not.toContain('second')
    const other: OpenQuestion = { need: { control: 'residual links', seeds: 1, isAtGivenRate: true }, seconds: 5 }
    expect(noCure(proven, [other])).toContain('residual links with one seed')
  })

  it('is that no change is known, if the diagnosis tried none', () => {
    expect(noCure({ ...worse(), ...noHelp() })).toMatchInlineSnapshot(
      `"Isobath knows no change of the training that removes this cause."`,
    )
  })

  it('is that the tried changes do not help, with the lowest error', () => {
    const failure = { ...worse(), ...noHelp() }
    const three = trialsAt('residual links', [{ loss: [1.4] }, { loss: [1.45] }, { loss: [1.5] }], [0, -2, 2])
    expect(noCure({ ...failure, ...three })).toMatchInlineSnapshot(
      `"No change was clearly better: the lowest error of 1 tried change is 54.8%, and that of the network is 60.7%."`,
    )
    const two = { ...three, SELU: { loss: all(1.3) } }
    expect(noCure({ ...failure, ...two })).toContain('the lowest error of 2 tried changes is 50.9%')
  })

  it('has sentences of at most 30 words', () => {
    const failure = { ...worse(), ...noHelp(), 'residual links': { loss: [1.4] } }
    const texts = [noCure(proven, [question(1234)]), noCure(failure), noCure({ ...worse(), ...noHelp() })]
    for (const text of texts) expect(longSentences(text ?? '')).toEqual([])
  })
})
