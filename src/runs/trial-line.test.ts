import { expect, it } from 'vitest'
import type { TrialRecord } from '../diagnosis/trial-record.ts'
import { decodeTrial, encodeTrial, type StoredTrial } from './trial-line.ts'

const record: TrialRecord = {
  control: 'shallow twin',
  seed: 3,
  precision: 'float32',
  work: 1e12,
  steps: 7,
  seconds: 0.1,
  losses: [
    { step: 0, loss: 1 / 3 },
    { step: 6, loss: Number.NaN },
  ],
  train: { loss: null, error: null },
  test: { loss: 2.5, error: 0.1, rmse: [0.5, null] },
  diverged: 'after 7 steps the weights of hidden.dense1[57] were no longer finite',
  snapshots: [
    { step: 0, reading: { meanSquare: [1e-300, Number.POSITIVE_INFINITY, Number.NaN], cosine: [-0.5] } },
    {
      step: 6,
      reading: { cosine: [0.5], meanSquare: [Number.NEGATIVE_INFINITY] },
      train: { loss: 1, error: 0 },
      test: { loss: 2, error: 1 },
    },
  ],
}
const divergence = { step: 7, layer: 'hidden.dense1[57]', what: 'weights' } as const
const stored: StoredTrial = { record, divergence, weightsSha256: 'abc', spent: 12.25 }

it('decodeTrial returns every number that encodeTrial was given, including NaN and infinite numbers', () => {
  const line = encodeTrial(stored)
  expect(line.split('\n')).toEqual([expect.any(String), ''])
  expect(decodeTrial(line)).toEqual(stored)
})

it('decodeTrial returns undefined for a torn line and for a line that is no trial of this version', () => {
  const line = encodeTrial(stored)
  const other = encodeTrial({ ...stored, weightsSha256: null })
  expect(decodeTrial(other)).toEqual({ ...stored, weightsSha256: null })
  const broken = [line.slice(0, -2), '{"control":', other.replace('shallow twin', 'deep twin'), '']
  expect(broken.map(decodeTrial)).toEqual(broken.map(() => undefined))
})

it('encodeTrial gives the same bytes for a trial that was decoded from a line', () => {
  const line = encodeTrial(stored)
  const read = decodeTrial(line)
  expect(read && encodeTrial(read)).toBe(line)
})

it('decodeTrial reads the divergence from the text of older versions, which stored it only as text', () => {
  const older = (diverged: string | null): string => {
    const { divergence: _, ...line } = JSON.parse(encodeTrial(stored))
    return `${JSON.stringify({ ...line, diverged })}\n`
  }
  const found = (diverged: string | null) => decodeTrial(older(diverged))?.divergence
  expect(found('after 7 steps the weights of a.b[57] were no longer finite')).toEqual({
    step: 7,
    layer: 'a.b[57]',
    what: 'weights',
  })
  expect(found("after 1 steps the outputs of hidden were the first that weren't finite")).toEqual({
    step: 1,
    layer: 'hidden',
    what: 'outputs',
  })
  expect(found("after 0 steps the loss of what readout gives wasn't finite")).toEqual({
    step: 0,
    layer: 'readout',
    what: 'loss',
  })
  expect(found(null)).toBeNull()
  expect(found('it broke')).toBeUndefined()
})
