import { describe, expect, it } from 'vitest'
import { type ComparedRates, tunedSentence } from './tuned-sentence.ts'

type Errors = readonly (number | null)[]

/** Runs with one error for each seed. The error null stands for a diverged training. */
function runs(depth: number, errors: Errors, rate?: number, own: Errors = errors): ComparedRates[] {
  const outcome = (error: number | null) => {
    const scores = { loss: error, error }
    return { train: scores, test: scores, diverged: error === null ? {} : null }
  }
  return errors.map((error, seed) => {
    const tuned = rate === undefined ? {} : { tuned: { rate, ...outcome(own[seed]) } }
    return { family: 'mlp', depth, seed, rate: 0.03, ...outcome(error), ...tuned }
  })
}

const families = [{ name: 'mlp', label: 'plain' }]
const sentence = (shallow: ComparedRates[], deep: ComparedRates[]): string =>
  tunedSentence([...shallow, ...deep], families, [4, 40])
const shallow = runs(4, [0.001, 0.002, 0.003], 0.03)

describe('the sentence about rates', () => {
  it('says how much of the higher error comes from the rate', () => {
    const bad = [0.83, 0.84, 0.85]
    expect(
      [
        runs(40, bad, 0.001, [0.001, 0.001, 0.005]),
        runs(40, bad, 0.001, [0.02, 0.021, 0.022]),
        runs(40, bad, 0.001, [0.4, 0.41, 0.42]),
        runs(40, bad, 0.001, [0.8, 0.81, 0.82]),
        runs(40, bad, 0.03),
      ].map((deep) => sentence(shallow, deep)),
    ).toMatchInlineSnapshot(`
      [
        "At the shared rate 0.03, the plain network of 40 layers has 84% training error; at its own best rate 0.001, the network has 0.2% training error: the rate, not the depth, made it worse.",
        "At the shared rate 0.03, the plain network of 40 layers has 84% training error; at its own best rate 0.001, the network has 2.1% training error: the rate, more than the depth, made it worse. With each depth at its own best rate, the training error still goes from 0.2% to 2.1%.",
        "At the shared rate 0.03, the plain network of 40 layers has 84% training error; at its own best rate 0.001, the network has 41% training error: the rate made 51% of the difference. With each depth at its own best rate, the training error still goes from 0.2% to 41%.",
        "At the shared rate 0.03, the plain network of 40 layers has 84% training error; at its own best rate 0.001, the network has 81% training error: the rate is not the reason. With each depth at its own best rate, the training error still goes from 0.2% to 81%.",
        "The shared rate 0.03 is also the best of the tried rates for the plain network of 40 layers, so the rate is not the reason for its higher error.",
      ]
    `)
  })

  it('counts all seeds, and says in the same sentence which seeds diverged', () => {
    expect(
      [
        runs(40, [null, null, null], 0.001, [0.02, 0.021, 0.022]),
        runs(40, [null, null, 0.26], 0.001, [0.02, 0.021, null]),
        runs(40, [null, null, null], 0.001, [null, null, null]),
      ].map((deep) => sentence(shallow, deep)),
    ).toMatchInlineSnapshot(`
      [
        "At the shared rate 0.03, the plain network of 40 layers diverged with 3 of 3 seeds; at its own best rate 0.001, the network has 2.1% training error: the rate, more than the depth, made it worse. With each depth at its own best rate, the training error still goes from 0.2% to 2.1%.",
        "At the shared rate 0.03, the plain network of 40 layers diverged with 2 of 3 seeds and has 26% training error with the other seed; at its own best rate 0.001, the network diverged with 1 of 3 seeds and has 2.0% and 2.1% training error with the other 2 seeds: its own rate does not lower the error by more than chance.",
        "At the shared rate 0.03, the plain network of 40 layers diverged with 3 of 3 seeds; at its own best rate 0.001, the network diverged with 3 of 3 seeds: no tried rate trains the network.",
      ]
    `)
  })

  it('says what the own rate gives to a deep network that is not worse, and what two seeds can not tell', () => {
    expect([
      sentence(runs(4, [0.2, 0.21, 0.22], 0.03), runs(40, [0.2, 0.21, 0.22], 0.1, [0.1, 0.11, 0.12])),
      sentence(runs(4, [0.2, 0.21, 0.22], 0.03), runs(40, [0.2, 0.21, 0.22], 0.1, [0.2, 0.21, 0.22])),
      sentence(runs(4, [0.2, 0.21, 0.22], 0.03), runs(40, [0.2, 0.21, 0.22], 0.03)),
      sentence(runs(4, [0.2, 0.21], 0.03), runs(40, [0.8, 0.81], 0.01, [0.2, 0.21])),
      tunedSentence(runs(40, [0.8, 0.81, 0.82], 0.01, [0.2, 0.21, 0.22]), families, [40]),
    ]).toMatchInlineSnapshot(`
      [
        "At the shared rate 0.03, the plain network of 40 layers has 21% training error; at its own best rate 0.1, the network has 11% training error: its own rate lowers the error.",
        "At the shared rate 0.03, the plain network of 40 layers has 21% training error; at its own best rate 0.1, the network has 21% training error: its own rate does not lower the error by more than chance.",
        "The shared rate 0.03 is also the best of the tried rates for the plain network of 40 layers.",
        "At the shared rate 0.03, the plain network of 40 layers has 81% training error; at its own best rate 0.01, the network has 21% training error. One or two seeds can't tell whether the difference is more than chance.",
        "At the shared rate 0.03, the plain network of 40 layers has 81% training error; at its own best rate 0.01, the network has 21% training error: its own rate lowers the error.",
      ]
    `)
  })

  it('names networks together whose best rate is the shared rate, and gives R2 for values', () => {
    const other = (run: ComparedRates): ComparedRates => ({ ...run, family: 'residual-mlp' })
    const good = [...runs(4, [0.2, 0.21, 0.22], 0.03), ...runs(40, [0.2, 0.21, 0.22], 0.03)]
    const both = [...families, { name: 'residual-mlp', label: 'residual' }]
    expect(tunedSentence([...good, ...good.map(other)], both, [4, 40])).toBe(
      'The shared rate 0.03 is also the best of the tried rates for the plain and residual networks of 40 layers.',
    )
    const better = [...runs(4, [0.2, 0.21, 0.22], 0.03), ...runs(40, [0.2, 0.21, 0.22], 0.1, [0.1, 0.11, 0.12])]
    expect(tunedSentence(better, families, [4, 40], true)).toBe(
      'At the shared rate 0.03, the plain network of 40 layers has a training R2 of 0.790; at its own best rate 0.1, the network has a training R2 of 0.890: its own rate raises R2.',
    )
  })

  it('is empty if no network was trained at its own best rate', () => {
    expect(sentence(runs(4, [0.1, 0.1, 0.1]), runs(40, [0.8, 0.8, 0.8]))).toBe('')
    expect(tunedSentence([], families, [4, 40])).toBe('')
  })
})
