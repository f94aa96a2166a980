import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { batchNorm, chain, dense } from '../network/layers.ts'
import { bytesOf } from '../training/safetensors.ts'
import { readTrialWeights, writeTrialWeights } from './trial-weights.ts'

const root = temporaryFolder()
const blueprint = createBlueprint(chain(dense(2), batchNorm(), dense(1)), [3])

/** Parameters in float32 with arbitrary bits, and running statistics in float64, as after batch norm was recomputed. */
const weights = new Map(
  blueprint.parameters.map(({ name, role, shape }): [string, Float32Array | Float64Array] => {
    const size = shape.reduce((product, extent) => product * extent, 1)
    if (role.startsWith('running')) return [name, Float64Array.from({ length: size }, (_, index) => 1 / (index + 3))]
    const values = Float32Array.from({ length: size }, (_, index) => 1 / (index + 3))
    new Uint32Array(values.buffer)[0] = 0x7fc01234
    return [name, values]
  }),
)

it('readTrialWeights returns every bit that was written, in the same precision', () => {
  const file = join(root, 'weights', 'network-0.safetensors')
  const read = readTrialWeights(file, writeTrialWeights(file, { blueprint, weights }))
  expect([...(read ?? [])].map(([name, values]) => [name, values.constructor, [...bytesOf(values)]])).toEqual(
    [...weights].map(([name, values]) => [name, values.constructor, [...bytesOf(values)]]),
  )
})

it('readTrialWeights returns undefined if the file is missing or was changed', () => {
  const file = join(root, 'changed.safetensors')
  const hash = writeTrialWeights(file, { blueprint, weights })
  expect(readTrialWeights(join(root, 'none.safetensors'), hash)).toBeUndefined()
  const bytes = readFileSync(file)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(file, bytes)
  expect(readTrialWeights(file, hash)).toBeUndefined()
})
