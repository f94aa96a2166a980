import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { tinyTask } from '../../test/support/tiny-training.ts'
import { encodeCheckpoint, readCheckpoint, stateOf } from './checkpoint.ts'
import type { TrainingState } from './train.ts'

const root = temporaryFolder()
const { blueprint } = tinyTask('mlp:depth=2,width=3')
const time = { seconds: 0.1 + 0.2, trainingSeconds: 1e-7 }

/** Every value that a float32 can have, those of a run that diverged included. */
function stateWith(values: readonly number[]): TrainingState {
  const fill = (size: number): Float64Array =>
    Float64Array.from({ length: size }, (_, index) => values[index % values.length])
  return {
    step: 12345,
    weights: new Map(blueprint.parameters.map(({ name, shape }) => [name, fill(shape.reduce((a, b) => a * b, 1))])),
    optimizer: new Map([['velocity:first.weight', { shape: [3, 2], values: fill(6) }]]),
    position: { epoch: 3, offset: 17 },
  }
}

const file = join(root, 'checkpoint-12345.safetensors')

describe('a checkpoint', () => {
  it('is read as it was written: any float32, to the bit', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: false }), { minLength: 1, maxLength: 8 }), (values) => {
        const state = stateWith(values)
        writeFileSync(file, encodeCheckpoint(blueprint, state, time))
        const read = readCheckpoint(file)
        expect(read.time).toEqual(time)
        expect(stateOf(blueprint, read)).toEqual(state)
      }),
      { numRuns: 50 },
    )
  })

  it('of which any byte was changed, or the end is missing, is not used', () => {
    const state = stateWith([0.5, -1, 3])
    const whole = encodeCheckpoint(blueprint, state, time)
    const sameOrRefused = (bytes: Uint8Array): void => {
      writeFileSync(file, bytes)
      const said = refusal(() => expect(stateOf(blueprint, readCheckpoint(file))).toEqual(state))
      // A changed space in the header is still a space.
      expect(said).toMatch(/^IsobathError: .*checkpoint-12345|^nothing was refused$/)
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = whole.slice()
        bytes[at] ^= change
        sameOrRefused(bytes)
      }),
      { numRuns: 300 },
    )
    for (const length of [0, 7, 8, 100, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length))
      expect(refusal(() => readCheckpoint(file))).toMatch(/^IsobathError/)
    }
  })

  it('of another network is refused', () => {
    writeFileSync(file, encodeCheckpoint(blueprint, stateWith([1]), time))
    const other = tinyTask('mlp:depth=2,width=4').blueprint
    expect(refusal(() => stateOf(other, readCheckpoint(file))).replace(root, 'ROOT')).toMatchInlineSnapshot(
      `"IsobathError: ROOT/checkpoint-12345.safetensors: expected a tensor first.weight of the shape [4, 2], got one of [3, 2]. The folder was changed."`,
    )
  })
})
