import { expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { autoencode, type Dataset, taskOf } from '../data/dataset.ts'
import { dataset } from '../data/own-arrays.ts'
import { moons } from '../data/planar.ts'
import { tiles } from '../data/tiles.ts'
import { dense } from '../network/layers.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { checkTask } from './check-task.ts'

const points = moons({ train: 10, test: 10 })
const three = dataset({ inputs: [[0], [1], [2], [3], [4]], labels: [0, 1, 2, 0, 1], name: 'three' })
const values = (targets: readonly number[]): Dataset =>
  dataset({ inputs: targets.map((_, index) => [index]), targets, name: 'plane' })

function refused(outputs: number, data: Dataset, options: TrainingOptions): string {
  const blueprint = createBlueprint(dense(outputs), data.shape)
  return refusal(() => checkTask(blueprint, data, resolveOptions(options, data.train.count, taskOf(data))))
}

test('two classes accept one output and two outputs, unless the loss is cross-entropy', () => {
  const fits = 'nothing was refused'
  for (const loss of ['binary-cross-entropy', 'squared-error', 'absolute-error', 'huber'] as const) {
    expect([1, 2].map((outputs) => refused(outputs, points, { loss }))).toEqual([fits, fits])
    expect(refused(3, three, { loss })).toBe(fits)
    expect(refused(1, three, { loss })).toContain('expected 3 values')
  }
  expect(refused(2, points, {})).toBe(fits)
  expect(
    [refused(1, points, {}), refused(3, points, { loss: 'binary-cross-entropy' })].join('\n'),
  ).toMatchInlineSnapshot(`
    "IsobathError: output: expected 2 values, one for each class of moons, got 1. Set the last dense layer's width to 2. A single output for two classes needs the loss binary-cross-entropy.
    IsobathError: output: expected 1 value, for the two classes of moons, got 3. Set the last dense layer's width to 1."
  `)
})

test('binary cross-entropy accepts values only between 0 and 1, without standardizing', () => {
  const loss = { loss: 'binary-cross-entropy', standardize: 'none' } as const
  expect(refused(1, values([0, 0.5, 1, 0.25, 1]), loss)).toBe('nothing was refused')
  expect(refused(3072, autoencode(tiles({ train: 3, test: 2 })), loss)).toBe('nothing was refused')
  const wrong = [
    refused(1, values([0, 0.5, 1, 0.25, 1]), { loss: 'binary-cross-entropy' }),
    refused(1, values([0, 0.5, 1.5, 0.25, 1]), loss),
    refused(3072, autoencode(tiles({ train: 3, test: 2 })), { loss: 'binary-cross-entropy' }),
  ]
  expect(wrong.join('\n')).toMatchInlineSnapshot(`
    "IsobathError: loss: binary-cross-entropy needs targets between 0 and 1, but the targets of plane are standardized. Use standardizeTargets: "none", or another loss.
    IsobathError: plane, test: sample 0: expected targets between 0 and 1 for the loss binary-cross-entropy, got 1.5. Scale the targets to 0 to 1, or use another loss.
    IsobathError: loss: binary-cross-entropy needs targets between 0 and 1, but the targets of tiles are standardized. Use standardize: "none", or another loss."
  `)
})

test('bytes that are used as they are do not count as standardized targets', () => {
  const raw = { loss: 'binary-cross-entropy', standardize: 'raw' } as const
  expect(refused(3072, autoencode(tiles({ train: 3, test: 2 })), raw)).toContain(
    'needs targets between 0 and 1, but the targets of tiles are bytes from 0 to 255.',
  )
})

test('a class with training samples needs a weight above 0', () => {
  const absent = { ...points, classes: 3 }
  expect(refused(3, absent, { classWeights: [0, 1, 0] })).toBe('nothing was refused')
  expect(refused(3, absent, { classWeights: [0, 0, 1] })).toMatchInlineSnapshot(
    `"IsobathError: classWeights: expected a weight above 0 for a class that has training samples, got 0 for each such class of moons. Give one of these classes a weight above 0, or take balanced."`,
  )
})

test('class weights need classes, and one weight for each class', () => {
  const wrong = [
    refused(2, points, { classWeights: [1, 2, 3] }),
    refused(1, values([1, 2, 3]), { classWeights: 'balanced' }),
    refused(1, values([1, 2, 3]), { order: 'balanced' }),
  ]
  const options: unknown[] = [[0, 0], [1, -1], 'even', [1, Number.NaN], 3]
  for (const classWeights of options) {
    wrong.push(refusal(() => Reflect.apply(resolveOptions, undefined, [{ classWeights }, 10])))
  }
  wrong.push(refusal(() => resolveOptions({ huberDelta: 2 }, 10)))
  wrong.push(refusal(() => resolveOptions({ loss: 'huber', huberDelta: 0 }, 10)))
  expect(wrong.join('\n')).toMatchInlineSnapshot(`
    "IsobathError: classWeights: expected 2 weights, one for each class of moons, got 3. Give 2 weights, or balanced.
    IsobathError: classWeights: expected data with classes, but the data's targets are values (regression). Leave the option out.
    IsobathError: order: expected data with classes, but the data's targets are values (regression). Leave the option out.
    IsobathError: classWeights: expected balanced, or a number for each class (0, or from 1e-30 to 1e30) with at least one number above 0, got [0, 0]. Give weights such as [1, 10], or balanced.
    IsobathError: classWeights: expected balanced, or a number for each class (0, or from 1e-30 to 1e30) with at least one number above 0, got [1, -1]. Give weights such as [1, 10], or balanced.
    IsobathError: classWeights: expected balanced, or a number for each class (0, or from 1e-30 to 1e30) with at least one number above 0, got even. Give weights such as [1, 10], or balanced.
    IsobathError: classWeights: expected balanced, or a number for each class (0, or from 1e-30 to 1e30) with at least one number above 0, got [1, NaN]. Give weights such as [1, 10], or balanced.
    IsobathError: classWeights: expected balanced, or a number for each class (0, or from 1e-30 to 1e30) with at least one number above 0, got 3. Give weights such as [1, 10], or balanced.
    IsobathError: huberDelta: only the loss huber has this option, got the loss cross-entropy. Use loss: "huber", or leave the option out.
    IsobathError: huberDelta: expected a number above 0, got 0."
  `)
})
