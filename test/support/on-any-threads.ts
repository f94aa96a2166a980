/** Tests of single operations: close to the reference in every precision, and the same bits on any number of threads. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend, type WasmOptions } from '../../src/backends/wasm/backend.ts'
import { type Call, runCalls } from './calls.ts'
import { largestDifference, largestSize } from './compare.ts'
import { unitOf } from './variants.ts'

const modes: readonly (readonly [string, WasmOptions])[] = [
  ['float32', {}],
  ['float32 exact', { exact: true }],
  ['float64', { precision: 'float64' }],
]

const everyThreads: readonly (number | 'inline')[] = [1, 2, 3, 'inline']

/** Describes a call for the message of a failed test. */
function textOf({ op, inputs, attributes = {} }: Call): string {
  const shapes = inputs.map(({ shape }) => shape.join('x')).join(' ')
  return `${op} ${shapes} ${JSON.stringify(attributes).replaceAll('"', '')}`
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

interface Options {
  /** Largest allowed error in units of the precision, relative to 1 or to the largest element. */
  readonly units?: number
  readonly threads?: readonly (number | 'inline')[]
  /** Restricts the tests to float32, for operations without float64 kernels. */
  readonly precision?: 'float32'
}

/** Defines a test for each set of calls in each mode. */
export function testOnAnyThreads(
  sets: Readonly<Record<string, readonly Call[]>>,
  { units = 16, threads = everyThreads, precision }: Options = {},
): void {
  const expected = new Map<string, Float64Array[][]>()
  beforeAll(async () => {
    const reference = createReferenceBackend()
    for (const [name, calls] of Object.entries(sets)) expected.set(name, await runCalls(reference, calls))
  })

  const wanted = modes.filter(([, options]) => precision === undefined || options.precision === undefined)
  describe.each(wanted)('%s', (_name, options) => {
    let backends: Backend[] = []
    beforeAll(async () => {
      backends = await Promise.all(threads.map((count) => createWasmBackend({ ...options, threads: count })))
    })
    afterAll(() => {
      for (const backend of backends) backend.dispose()
    })

    test.each(Object.entries(sets))('%s', async (name, calls) => {
      const [first, ...others] = await Promise.all(backends.map((backend) => runCalls(backend, calls)))
      const unit = unitOf(options.precision ?? 'float32')
      const wrong = calls.flatMap((call, number) => {
        const judged = expected.get(name)?.[number] ?? []
        const errors = judged.map(
          (values, output) =>
            largestDifference(first[number][output], values) / Math.max(1, largestSize(values)) / unit,
        )
        // The comparison with `units` also fails for a NaN.
        return errors.every((error) => error <= units) ? [] : [`${textOf(call)}: ${errors.join(', ')} units`]
      })
      expect(wrong).toEqual([])
      // The comparison covers every bit, including the signs of zeros.
      for (const other of others) {
        const isSame = (number: number): boolean =>
          first[number].every((values, output) => bytesOf(values).equals(bytesOf(other[number][output])))
        expect(calls.filter((_, number) => !isSame(number)).map(textOf)).toEqual([])
      }
    })
  })
}
