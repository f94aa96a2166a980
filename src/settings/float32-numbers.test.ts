import { expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { adagrad } from '../graph/optimizers/adagrad.ts'
import { adam } from '../graph/optimizers/adam.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { readSettings, resolveOptions } from './options.ts'
import type { TrainingOptions } from './training.ts'

it('refuses numbers of options that float32 rounds to 0 or to Infinity', () => {
  const bad: TrainingOptions[] = [
    { loss: 'huber', huberDelta: 1e-320 },
    { loss: 'huber', huberDelta: 1e300 },
    { clipValue: 1e-320 },
    { clipValue: 1e-39 },
    { clipNorm: 1e-320 },
    { clipNorm: 1e39 },
    { schedule: 'step', dropFactor: 1e-320 },
    { warmup: 2, warmupFactor: 1e-50 },
    { layerRates: { readout: 1e-320 } },
    { layerRates: { hidden: [1, 1e300] } },
  ]
  const makers = [
    () => sgd({ rate: 1e-320 }),
    () => adam({ weightDecay: 1e-40 }),
    () => adagrad({ initialAccumulator: 1e300 }),
    () => adagrad({ initialAccumulator: 1e-320 }),
  ]
  const all = [...bad.map((options) => () => resolveOptions(options, 1000)), ...makers]
  expect(all.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: huberDelta: expected a number above 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: huberDelta: expected a number above 0, got 1e+300, which float32 can't hold. Give a number of at most 3.4e+38.
    IsobathError: clipValue: expected a number above 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: clipValue: expected a number above 0, got 1e-39, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: clipNorm: expected a number above 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: clipNorm: expected a number above 0, got 1e+39, which float32 can't hold. Give a number of at most 3.4e+38.
    IsobathError: dropFactor: expected a number above 0 and up to 1, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: warmupFactor: expected a number above 0 and up to 1, got 1e-50, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: layerRates: expected an object such as { readout: 0.1 }, got readout=1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: layerRates: expected an object such as { readout: 0.1 }, got hidden=1e+300, which float32 can't hold. Give a number of at most 3.4e+38.
    IsobathError: rate: expected a number of at least 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: weightDecay: expected a number of at least 0, got 1e-40, which float32 can't hold. Give a number of at least 1.2e-38.
    IsobathError: initialAccumulator: expected a number of at least 0, got 1e+300, which float32 can't hold. Give a number of at most 3.4e+38.
    IsobathError: initialAccumulator: expected a number of at least 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38."
  `)
})

it('accepts the smallest and the largest numbers that float32 holds, and 0 where 0 is meant', () => {
  const least = 1.2e-38
  const settings = resolveOptions({ clipNorm: 3.4e38, clipValue: least, layerRates: { readout: 0 } }, 1000)
  expect(settings).toMatchObject({ clipNorm: 3.4e38, clipValue: least })
  // Float32 holds both numbers with all 24 binary digits.
  for (const value of [least, 3.4e38]) expect(Math.abs(Math.fround(value) / value - 1)).toBeLessThan(2 ** -24)
  expect(refusal(() => sgd({ rate: 0, weightDecay: least }))).toBe('nothing was refused')
  // A training with a huge rate is reported as diverged.
  expect(refusal(() => sgd({ rate: 1e200 }))).toBe('nothing was refused')
})

it('reads a stored training with a number that is refused today', () => {
  const given = { loss: 'huber', huberDelta: 1, clipNorm: 1, layerRates: { readout: 1 } } as const
  const stored = { ...resolveOptions(given, 1000), huberDelta: 1e-320, clipNorm: 1e300, layerRates: { readout: 1e-50 } }
  const { huberDelta, clipNorm, layerRates } = readSettings(stored, 'run.json: settings')
  expect({ huberDelta, clipNorm, layerRates }).toEqual({
    huberDelta: 1e-320,
    clipNorm: 1e300,
    layerRates: { readout: 1e-50 },
  })
  expect(refusal(() => readSettings({ ...stored, clipNorm: -1 }, 'run.json: settings'))).toMatch('clipNorm')
})
