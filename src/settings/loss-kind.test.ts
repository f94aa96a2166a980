import { expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { show } from '../api/show.ts'
import { lossNames } from '../graph/losses.ts'
import { chain, dense } from '../network/layers.ts'
import { lossAliases } from '../support/aliases.ts'
import { complaint } from '../support/kinds.ts'
import { lossKind, lossNamed } from './loss-kind.ts'
import { resolveOptions } from './options.ts'

const aliases = ['ce', 'bce', 'mse', 'l2', 'mae', 'l1'] as const

test('a short name of a loss gives the settings of the whole name', () => {
  expect(Object.keys(lossAliases)).toEqual([...aliases])
  for (const alias of aliases) {
    const whole = lossAliases[alias]
    expect(resolveOptions({ loss: alias }, 100)).toEqual(resolveOptions({ loss: whole }, 100))
    expect(resolveOptions({ loss: alias }, 100).loss).toBe(whole)
    expect(lossNamed(alias)).toBe(whole)
  }
  for (const name of lossNames) expect(lossNamed(name)).toBe(name)
})

test('a short name is refused for a task that its loss does not suit, under the whole name', () => {
  expect(refusal(() => resolveOptions({ loss: 'ce' }, 100, 'regression'))).toMatchInlineSnapshot(
    `"IsobathError: loss: expected binary-cross-entropy, squared-error, absolute-error or huber, because the data's targets are values and not classes (regression), got cross-entropy. Leave the option out."`,
  )
  expect(resolveOptions({ loss: 'mae' }, 100, 'regression').loss).toBe('absolute-error')
})

test('other texts and values are no losses', () => {
  for (const value of ['MSE', 'constructor', '__proto__', '', ['mse'], { mse: 1 }, 1, null])
    expect(lossKind.accepts(value)).toBe(false)
  expect(complaint(lossKind, 'MSE')).toMatchInlineSnapshot(
    `"expected one of cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber, got MSE. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1."`,
  )
})

test('the graph of a training step is the same under both names of a loss', async () => {
  const network = chain(dense(3))
  const of = (loss: 'mse' | 'squared-error'): Promise<string> => show('graph', network, { input: [4], loss })
  expect(await of('mse')).toBe(await of('squared-error'))
})
