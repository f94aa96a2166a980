import { describe, expect, it } from 'vitest'
import {
  all,
  climbedTo,
  helpless,
  type MadeUp,
  madeUpEvidence,
  noBetterRate,
  type Results,
  restoredBy,
  trialsAt,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import { viewOf } from '../view.ts'
import type { MechanismCause } from './interventions.ts'
import { type ProofStep, proofOf } from './proof.ts'

/** The interventions of a correlation collapse, in the order in which they are tried. */
const [first, second] = ['leaky slope by depth', 'critical weights'] as const
const cause = 'correlation-collapse'

/** The proof of a correlation collapse. The network has a loss of 1.55, and its twin has a loss of 0.05. */
const proof = (trials: Results = {}, made: MadeUp = {}, suspects: readonly MechanismCause[] = [cause]): ProofStep =>
  proofOf(
    cause,
    suspects,
    viewOf(madeUpEvidence({ mendable: [first], ...made, trials: { ...worse(), ...noBetterRate(), ...trials } })),
  )
const outcome = (...given: Parameters<typeof proof>): string => proof(...given).proof.outcome
const closed = (...given: Parameters<typeof proof>): number => {
  const { proof: found } = proof(...given)
  return 'share' in found ? found.share : Number.NaN
}

const asked = ({ needs }: ProofStep): readonly (string | number)[] =>
  needs.flatMap((need) => ('control' in need ? [need.control, need.seeds] : []))

/** Trials of an intervention at the given rate, a tenth of it and ten times it, with the losses of one seed. */
const atThreeRates = (name: typeof first | typeof second, loss: readonly [number, number, number]): Results =>
  trialsAt(
    name,
    loss.map((one) => ({ loss: [one] })),
    [0, -2, 2],
  )

describe('The proof of a mechanism', () => {
  it('needs an intervention that applies to the network', () => {
    expect(proof({}, { mendable: [] })).toEqual({ proof: { outcome: 'no intervention' }, needs: [], controls: [] })
  })

  it('needs a gap between the network and the best training of the diagnosis', () => {
    expect(outcome({ network: { loss: all(0.2) } })).toBe('no gap')
    const near = { network: { loss: all(1.5) }, 'shallow twin': { loss: all(1.4) } }
    expect(outcome({ ...near, ...atThreeRates(first, [1.5, 1.5, 1.5]) })).toBe('no gap')
    const far = { ...near, 'shallow twin': { loss: all(1.2) } }
    expect(outcome({ ...far, ...atThreeRates(first, [1.5, 1.5, 1.5]) })).toBe('does not restore')
  })

  it('names the intervention, the rate and the losses', () => {
    expect(proof(restoredBy([first]))).toEqual({
      proof: {
        outcome: 'restores',
        intervention: first,
        control: first,
        rate: 0.03,
        before: expect.closeTo(1.55, 9),
        after: expect.closeTo(0.05, 9),
        share: expect.closeTo(1, 9),
        limit: 0.75,
        seeds: 3,
        moved: [],
      },
      needs: [],
      controls: [first],
    })
  })
})

describe('The trainings with an intervention', () => {
  it('come after the ladder of rates of the network', () => {
    const made = madeUpEvidence({ trials: worse(), mendable: [first] })
    const found = proofOf(cause, [cause], viewOf(made))
    expect(found.proof).toEqual({ outcome: 'untried' })
    expect(found.needs).toEqual(viewOf(made).ladders.network.needs)
    expect(found.needs.length).toBeGreaterThan(0)
  })

  it('begin with one seed at the best rate of the network', () => {
    expect(proof()).toMatchObject({ proof: { outcome: 'untried' }, controls: [] })
    expect(asked(proof())).toEqual([first, 1])
    const climbed = { ...worse(), ...climbedTo(-2, { loss: all(1) }) }
    const made = madeUpEvidence({ trials: climbed, mendable: [first] })
    expect(asked(proofOf(cause, [cause], viewOf(made)))).toEqual([`${first}, rate / 10`, 1])
  })

  it('go on at a tenth and at ten times the rate if the first rate does not restore the training', () => {
    expect(asked(proof({ [first]: { loss: [1.2] } }))).toEqual([`${first}, rate / 10`, 1, `${first}, rate x 10`, 1])
  })

  it('get all seeds at the best of the rates, and at once if the first rate restores the training', () => {
    expect(asked(proof(atThreeRates(first, [1.2, 0.9, 1.4])))).toEqual([`${first}, rate / 100`, 1])
    const lower = { ...atThreeRates(first, [1.2, 0.9, 1.4]), [`${first}, rate / 100`]: { loss: [1.3] } }
    expect(asked(proof(lower))).toEqual([`${first}, rate / 10`, 3])
    expect(asked(proof({ [first]: { loss: [0.05] } }))).toEqual([first, 3])
  })

  it('get no further seeds if they close less than a quarter of the gap', () => {
    expect(proof(atThreeRates(first, [1.4, 1.4, 1.4]))).toMatchObject({
      proof: { outcome: 'does not restore', seeds: 1, share: expect.closeTo(0.1, 9) },
      needs: [],
      controls: expect.arrayContaining([first, `${first}, rate / 10`, `${first}, rate x 10`]),
    })
  })

  it('are judged at their own best rate', () => {
    const found = proof({ ...atThreeRates(first, [1.2, 0.05, 1.4]), ...restoredBy([first], { loss: all(0.05) }, -2) })
    expect(found).toMatchObject({
      proof: { outcome: 'restores', control: `${first}, rate / 10`, rate: expect.closeTo(0.003, 9), seeds: 3 },
    })
  })
})

describe('An intervention', () => {
  const ended = (loss: number): Results => ({
    ...atThreeRates(first, [loss, loss, loss]),
    [first]: { loss: all(loss) },
  })

  it('restores the training if it closes three quarters of the gap, and contributes if it closes a quarter', () => {
    expect([closed(ended(0.42)), outcome(ended(0.42))]).toEqual([expect.closeTo(0.753, 3), 'restores'])
    expect([closed(ended(0.43)), outcome(ended(0.43))]).toEqual([expect.closeTo(0.747, 3), 'contributes'])
    expect([closed(ended(1.17)), outcome(ended(1.17))]).toEqual([expect.closeTo(0.253, 3), 'contributes'])
    expect([closed(ended(1.18)), outcome(ended(1.18))]).toEqual([expect.closeTo(0.247, 3), 'does not restore'])
  })

  it('does not restore the training if the spread of the seeds is larger than its effect', () => {
    const network = { loss: [1, 1.6, 2] }
    const unsure = { ...noBetterRate(1), ...ended(1.2), network, [first]: { loss: [1.1, 0.05, 0.05] } }
    expect(closed(unsure)).toBeGreaterThan(0.75)
    expect(outcome(unsure)).not.toBe('restores')
    expect(outcome({ ...unsure, [first]: { loss: [0.05, 0.05, 0.06] } })).toBe('restores')
  })

  it('restores a training that learns nothing if it closes half of the gap and ends the failure', () => {
    const lost = { network: { loss: all(2.3) }, ...noBetterRate(2.3) }
    const nothing = (loss: number): string => outcome({ ...lost, ...ended(loss), network: { loss: all(2.3) } })
    expect(nothing(1.15)).toBe('restores')
    expect(nothing(1.2)).toBe('contributes')
    // A network that learns something must regain three quarters.
    expect(outcome(ended(0.75))).toBe('contributes')
  })

  it('proves nothing with two seeds', () => {
    const two = {
      network: { loss: [1.5, 1.6] },
      'shallow twin': { loss: [0.05, 0.05] },
      [first]: { loss: all(0.05, 2) },
    }
    expect(proof(two, { seeds: [0, 1] })).toMatchObject({ proof: { outcome: 'unsure', seeds: 2 }, needs: [] })
  })

  it('counts a diverged training as guessing', () => {
    expect(proof({ ...atThreeRates(first, [2, 2, 2]), [first]: { loss: [0.05, null, 0.05] } }).proof).toMatchObject({
      after: expect.closeTo((0.05 + 2.3 + 0.05) / 3, 9),
    })
  })
})

describe('The gap', () => {
  const alone = { ...helpless(), ...noBetterRate(), network: { loss: all(1.55) } }
  const better = (loss: number): Results => ({
    ...alone,
    ...atThreeRates(first, [loss, loss, loss]),
    [first]: { loss: all(loss) },
  })

  it('ends at the lowest loss of the interventions of all suspects', () => {
    const other = restoredBy(['rescaled weights'], { loss: all(0.05) })
    expect(closed(better(0.8))).toBeCloseTo(1, 9)
    expect(closed({ ...better(0.8), ...other })).toBeCloseTo(1, 9)
    const both = [cause, 'vanishing-signal'] as const
    expect(closed({ ...better(0.8), ...other }, {}, both)).toBeCloseTo(0.5, 9)
    expect(outcome({ ...better(0.8), ...other }, {}, both)).toBe('contributes')
  })

  it('does not depend on cures, which the diagnosis tries only after the verdict', () => {
    const cured = restoredBy(['residual links', 'batch normalization'], { loss: all(0.05) })
    expect(closed({ ...better(0.8), ...cured })).toBeCloseTo(1, 9)
  })

  it('ignores an intervention that was trained with one seed', () => {
    const one = { 'rescaled weights': { loss: [0.05] } }
    expect(closed({ ...better(0.8), ...one }, {}, [cause, 'vanishing-signal'])).toBeCloseTo(1, 9)
  })
})

describe('The second intervention', () => {
  const made = { mendable: [first, second] }

  it('is tried if the first one does not restore the training', () => {
    expect(asked(proof(atThreeRates(first, [1.5, 1.5, 1.5]), made))).toEqual([second, 1])
    const found = proof({ ...atThreeRates(first, [1.5, 1.5, 1.5]), ...restoredBy([second]) }, made)
    expect(found.proof).toMatchObject({ outcome: 'restores', intervention: second })
    expect(found.controls).toEqual(expect.arrayContaining([first, second]))
  })

  it('is not tried if the first one restores the training', () => {
    expect(proof(restoredBy([first]), made)).toMatchObject({ proof: { intervention: first }, needs: [] })
  })

  it('is named only if it closes more of the gap than the first one', () => {
    const some = { ...atThreeRates(first, [1, 1, 1]), [first]: { loss: all(1) } }
    const found = proof({ ...some, ...atThreeRates(second, [1.4, 1.4, 1.4]) }, made)
    expect(found.proof).toMatchObject({ outcome: 'contributes', intervention: first })
  })
})
