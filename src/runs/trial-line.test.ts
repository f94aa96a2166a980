import { expect, it } from 'vitest'
import type { TrialRecord } from '../diagnosis/trial.ts'
import { decodeTrials, encodeTrial, type KeptTrial } from './trial-line.ts'

const record: TrialRecord = {
  control: 'shallow twin',
  seed: 3,
  steps: 7,
  seconds: 0.1,
  work: 1e12,
  precision: 'float32',
  losses: [
    { step: 0, loss: 1 / 3 },
    { step: 6, loss: Number.NaN },
  ],
  train: { loss: null, error: null },
  test: { loss: 2.5, error: 0.1, rmse: [0.5, null] },
  diverged: 'after 7 steps the loss was not finite',
  looks: [
    { step: 0, reading: { meanSquare: [1e-300, Number.POSITIVE_INFINITY, Number.NaN], cosine: [-0.5] } },
    {
      step: 6,
      train: { loss: 1, error: 0 },
      test: { loss: 2, error: 1 },
      reading: { meanSquare: [Number.NEGATIVE_INFINITY] },
    },
  ],
}
const kept: KeptTrial = { record, weightsSha256: 'abc', spent: 12.25 }

it('gives back every number, those too that JSON has none of', () => {
  const line = encodeTrial(kept)
  expect(line.split('\n')).toEqual([expect.any(String), ''])
  expect(decodeTrials(line)).toEqual({ trials: [kept], broken: [] })
})

it('leaves out a torn last line, and says which others it cannot read', () => {
  const line = encodeTrial(kept)
  const other = encodeTrial({ ...kept, weightsSha256: null })
  expect(decodeTrials(`${line}${other}${line.slice(0, -1)}`).trials).toEqual([kept, { ...kept, weightsSha256: null }])
  expect(decodeTrials(`${line}{"control":\n${other.replace('shallow twin', 'deep twin')}\n${line}`)).toEqual({
    trials: [kept, kept],
    broken: [2, 3, 4],
  })
  expect(decodeTrials('')).toEqual({ trials: [], broken: [] })
})
