/** Calls of every activation and its gradient on inputs of all sizes, with the results of the reference backend. */
import type { Precision } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { activationNames, activations } from '../../src/network/activations.ts'
import { createRandom } from '../../src/support/random.ts'
import { type Call, runCalls } from './calls.ts'
import { normals } from './problems.ts'

const count = 8000
const shape = [count / 8, 8]
const slope = 0.125

export interface JudgedCalls {
  readonly calls: readonly Call[]
  readonly expected: readonly (readonly Float64Array[])[]
}

/** Numbers of both signs from 1e-30 to `largest`. Most numbers lie in the range where the activations are curved. */
function wideRange(largest: number): number[] {
  const random = createRandom(1, 'wide range')
  const exponents = Math.log10(largest) + 30
  const special = [0, -0, largest, -largest, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1]
  return Array.from({ length: count }, (_, index) => {
    const sign = random.uniform() < 0.5 ? -1 : 1
    const anySize = 10 ** (random.uniform() * exponents - 30)
    const near = random.uniform() * (index % 3 === 1 ? 4 : 100)
    return special[index] ?? sign * (index % 3 === 0 ? anySize : near)
  })
}

export async function callActivations(precision: Precision): Promise<{ forward: JudgedCalls; backward: JudgedCalls }> {
  const reference = createReferenceBackend()
  const round = (value: number): number => (precision === 'float32' ? Math.fround(value) : value)
  const x = wideRange(precision === 'float32' ? 1e38 : 1e300).map(round)
  const dy = Array.from(normals(createRandom(2), count), round)
  const forward = activationNames.map(
    (name): Call => ({ op: 'activation', inputs: [{ shape, values: x }], attributes: { function: name, slope } }),
  )
  const outputs = await runCalls(reference, forward)
  const backward = activationNames.map((name, position): Call => {
    const kept = activations[name].derivedFrom(slope) === 'input' ? x : Array.from(outputs[position][0], round)
    const inputs = [dy, kept].map((values) => ({ shape, values }))
    return { op: 'activationGradient', inputs, attributes: { function: name, slope } }
  })
  return {
    forward: { calls: forward, expected: outputs },
    backward: { calls: backward, expected: await runCalls(reference, backward) },
  }
}
