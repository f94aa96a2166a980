/** A program in WebAssembly memory: where the program's values lie, and how they are packed and unpacked. */
import type { Value } from '../../graph/graph.ts'
import { assertInvariant } from '../../support/errors.ts'
import type { Program, Values } from '../backend.ts'
import { control } from './module.ts'
import { layoutSize, pack, unpack } from './plan/layout.ts'
import { elementBytes, type Location, type Plan } from './plan/plan.ts'

interface Running {
  readonly run: (first: number, count: number) => Promise<void>
  readonly dispose: () => void
}

/**
 * Makes a program from a plan and its memory. The function `run` runs steps on all threads and leaves the number of
 * finished steps in the control area of the memory.
 */
export function createProgram(plan: Plan, memory: WebAssembly.Memory, { run, dispose }: Running): Program {
  const { graph, precision, ringSlots } = plan
  const real = precision === 'float32' ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer)
  const whole = new Int32Array(memory.buffer)
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]))
  const outputs = new Map(graph.outputs.map((output) => [output.name, output.value]))

  const locate = (value: Value): Location => {
    const location = plan.locations.get(value)
    assertInvariant(location !== undefined, `%${value.id} has no location in memory`)
    return location
  }
  /** Calls `visit(element offset, tensor number)` for each tensor along the value's loop axes. */
  const forEachSlot = (value: Value, ringSlot: number, visit: (offset: number, tensor: number) => void): void => {
    const { buffer, slot, terms, axes } = locate(value)
    assertInvariant(ringSlot >= 0 && ringSlot < ringSlots, `expected a ring slot below ${ringSlots}, got ${ringSlot}`)
    const bytes = elementBytes(precision, buffer.element)
    const first = plan.offsets[buffer.id] / bytes
    const start = terms.reduce(
      (sum, { loop, coefficient }) => (loop === 'ring' ? sum + coefficient * ringSlot : sum),
      slot,
    )
    const counts = value.shape.slice(0, axes.length)
    const visitAxis = (axis: number, slotNumber: number, tensor: number): void => {
      if (axis === axes.length) {
        visit(first + slotNumber * buffer.slotSize, tensor)
        return
      }
      for (let index = 0; index < counts[axis]; index++) {
        visitAxis(axis + 1, slotNumber + index * axes[axis], tensor * counts[axis] + index)
      }
    }
    visitAxis(0, start, 0)
  }
  const arrayOf = (value: Value) => (value.element === 'int' ? whole : real)
  const sizeOfOne = (value: Value): number =>
    value.shape.slice(locate(value).axes.length).reduce((product, size) => product * size, 1)

  const upload = (name: string, values: ArrayLike<number>, slot = 0): void => {
    const input = inputs.get(name)
    assertInvariant(input !== undefined, `the program has no input ${name}`)
    const { value } = input
    const size = value.shape.reduce((product, length) => product * length, 1)
    assertInvariant(values.length === size, `expected ${size} values for ${name}, got ${values.length}`)
    const { layout } = locate(value).buffer
    const one = sizeOfOne(value)
    forEachSlot(value, slot, (offset, tensor) => pack(layout, values, tensor * one, arrayOf(value), offset))
  }

  for (const { value, data } of graph.constants) {
    const { layout } = locate(value).buffer
    const one = sizeOfOne(value)
    forEachSlot(value, 0, (offset, tensor) => pack(layout, data, tensor * one, arrayOf(value), offset))
  }

  const newValues = (size: number): Values =>
    precision === 'float32' ? new Float32Array(size) : new Float64Array(size)

  const loss = outputs.get('loss')
  /** Element offset of the loss in each ring slot. */
  const lossOffsets = new Uint32Array(loss ? ringSlots : 0)
  lossOffsets.forEach((_, slot) => {
    if (loss) forEachSlot(loss, slot, (offset) => lossOffsets.fill(offset, slot, slot + 1))
  })

  return {
    graph,
    precision,
    ringSlots,
    memoryBytes: memory.buffer.byteLength,
    upload,
    download: async (name, { slot = 0, into } = {}) => {
      const value = outputs.get(name) ?? inputs.get(name)?.value
      assertInvariant(value !== undefined, `the program has no output ${name}`)
      const { layout } = locate(value).buffer
      const one = sizeOfOne(value)
      const result = into ?? newValues(value.shape.reduce((product, length) => product * length, 1))
      forEachSlot(value, slot, (offset, tensor) => unpack(layout, arrayOf(value), offset, result, tensor * one))
      return result
    },
    mapInput: (name, slot) => {
      const input = inputs.get(name)
      assertInvariant(input !== undefined, `the program has no input ${name}`)
      const { layout } = locate(input.value).buffer
      let start = 0
      forEachSlot(input.value, slot, (offset) => {
        start = offset
      })
      const stride = layout.kind === 'rows' ? layout.stride : layoutSize(layout)
      const { shape } = input.value
      const width = shape[1] ?? shape[0] ?? 1
      return { array: arrayOf(input.value), offset: start, stride, width }
    },
    run: async (first, count) => {
      assertInvariant(
        first >= 0 && count >= 1 && first + count <= ringSlots,
        `${count} steps from slot ${first} on fit into a ring of ${ringSlots} slots`,
      )
      whole[control.finished / 4] = 0
      await run(first, count)
      const finished = whole[control.finished / 4]
      const losses = Float64Array.from(lossOffsets.subarray(first, first + finished), (offset) => real[offset])
      return { finished, losses }
    },
    dispose,
  }
}
