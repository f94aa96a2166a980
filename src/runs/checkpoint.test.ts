import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { tinyTask } from '../../test/support/tiny-training.ts'
import { encodeTensors } from '../training/safetensors.ts'
import type { TrainingState } from '../training/state.ts'
import { encodeCheckpoint, readCheckpoint, stateOf } from './checkpoint.ts'

const root = temporaryFolder()
const { blueprint } = tinyTask('mlp:depth=2,width=3')
const time = { seconds: 0.1 + 0.2, trainingSeconds: 1e-7, measuringSeconds: 0 }

/** A state filled with these values, which may be infinite or NaN, as in a run that diverged. */
function stateWith(values: readonly number[]): TrainingState {
  const fill = (size: number): Float32Array =>
    Float32Array.from({ length: size }, (_, index) => values[index % values.length])
  return {
    step: 12345,
    weights: new Map(blueprint.parameters.map(({ name, shape }) => [name, fill(shape.reduce((a, b) => a * b, 1))])),
    optimizer: new Map([['velocity:first.weight', { shape: [3, 2], values: fill(6) }]]),
    position: { epoch: 3, offset: 17 },
  }
}

/** Collects the bytes of a checkpoint. Each piece is copied, because the next piece overwrites its memory. */
function bytesOf(state: TrainingState): Uint8Array {
  return Buffer.concat(Array.from(encodeCheckpoint(blueprint, state, time), (piece) => piece.slice()))
}

const file = join(root, 'checkpoint-12345.safetensors')

describe('when a checkpoint is written and read,', () => {
  it('the state has the same bits, for any float32 values', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: false }), { minLength: 1, maxLength: 8 }), (values) => {
        const state = stateWith(values)
        writeFileSync(file, bytesOf(state))
        const read = readCheckpoint(file)
        expect(read.time).toEqual(time)
        expect(stateOf(blueprint, read)).toEqual(state)
      }),
      { numRuns: 50 },
    )
  })

  it('the file has the same bytes whether it is written in several pieces or encoded at once', () => {
    const state = stateWith([0.1, -2.5e-39, 3e38])
    const values = Float32Array.from({ length: 140_001 }, (_, index) => (index % 1013) / 7 - 1e-3 * index)
    state.optimizer.set('velocity:second.weight', { shape: [140_001], values })
    writeFileSync(file, bytesOf(state))
    const whole = readFileSync(file)
    expect(whole.equals(encodeTensors(readCheckpoint(file).tensors))).toBe(true)
    // The hash of the file from the version that encoded a checkpoint in one piece.
    expect(createHash('sha256').update(whole).digest('hex')).toBe(
      'ff934962462cb8851c0cf3cf9339f7a5d8483183e534044089496d0d0cf5c676',
    )
  })

  it('the file is refused if any byte was changed or if the end is missing', () => {
    const state = stateWith([0.5, -1, 3])
    const whole = bytesOf(state)
    const sameOrRefused = (bytes: Uint8Array): void => {
      writeFileSync(file, bytes)
      const said = refusal(() => expect(stateOf(blueprint, readCheckpoint(file))).toEqual(state))
      // JSON allows several kinds of space in the header, so a changed space may leave the content the same.
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

  it('the checkpoint of another network is refused', () => {
    writeFileSync(file, bytesOf(stateWith([1])))
    const other = tinyTask('mlp:depth=2,width=4').blueprint
    expect(refusal(() => stateOf(other, readCheckpoint(file))).replace(root, 'ROOT')).toMatchInlineSnapshot(
      `"IsobathError: ROOT/checkpoint-12345.safetensors: expected a tensor first.weight of shape [4, 2], got the shape [3, 2]. The folder was changed."`,
    )
  })
})
