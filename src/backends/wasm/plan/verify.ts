/**
 * Checks that a plan is legal. Every operand must lie inside the memory. No kernel may overwrite data that another
 * thread of the kernel still reads. Every read of memory must find the value that the graph defines. The plan must
 * contain every needed barrier. Reads and barriers are checked by running two steps on symbols, with every iteration of
 * every loop.
 */
import type { Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import type { Guard, Kernel, Location, Plan, PlanLoop, PlanNode } from './plan.ts'
import { elementBytes, iterationsOf, operationsIn, ring } from './plan.ts'
import { runSymbolically, type SymbolicEnvironment, Symbols } from './symbolic.ts'
import { type Indices, SymbolicMemory } from './symbolic-memory.ts'

/** Throws an `internal` error if the plan breaks a rule that a legal plan must follow. */
export function verifyPlan(plan: Plan): void {
  verifyBuffers(plan)
  forEachKernel(plan.body, verifyOperands)
  new Verification(plan).run()
}

function verifyBuffers({ buffers, offsets, bytes, precision }: Plan): void {
  for (const { id, name, slots, slotSize, element, bytes: size } of buffers) {
    assertInvariant(buffers[id].name === name, `expected ${name} as buffer ${id}, got ${buffers[id].name}`)
    assertInvariant(
      size === slots * slotSize * elementBytes(precision, element),
      `${name} has a wrong size of ${size} bytes`,
    )
    assertInvariant(offsets[id] >= 0 && offsets[id] + size <= bytes, `${name} lies outside of memory`)
    assertInvariant(offsets[id] % 16 === 0, `${name} starts at an address that is not a multiple of 16`)
  }
  const sorted = [...buffers].sort((a, b) => offsets[a.id] - offsets[b.id])
  for (const buffer of sorted.filter(({ persistent }) => persistent)) {
    const end = offsets[buffer.id] + buffer.bytes
    const intruder = sorted.find(
      (other) => other !== buffer && offsets[other.id] < end && offsets[buffer.id] < offsets[other.id] + other.bytes,
    )
    assertInvariant(intruder === undefined, `${buffer.name} shares its memory with ${intruder?.name}`)
  }
}

function forEachKernel(body: readonly PlanNode[], visit: (kernel: Kernel) => void): void {
  for (const node of body) {
    if (node.kind === 'loop') forEachKernel(node.body, visit)
    else if (node.kind === 'kernel') visit(node)
  }
}

const nameOf = (kernel: Kernel): string => {
  const names = operationsIn(kernel).map(({ op }) => op)
  return `${names.join(' + ')} at ${kernel.nodes[0].path}`
}

/**
 * Checks kernels that write to a location that they also read. Each thread must read and write the same part of the
 * location.
 */
function verifyOperands(kernel: Kernel): void {
  const { operands } = kernel
  operands.forEach((written, position) => {
    if (!written.write) return
    operands.forEach((other, otherPosition) => {
      const { buffer, slot, terms } = other.location
      if (otherPosition === position || buffer !== written.location.buffer) return
      if (slot !== written.location.slot || JSON.stringify(terms) !== JSON.stringify(written.location.terms)) return
      const what = `${nameOf(kernel)} writes ${buffer.name}`
      assertInvariant(!other.write, `${what} twice`)
      // A thread runs the operations in `before` ahead of the kernel's other operations.
      const isAhead = kernel.before.some(({ outputs }) => outputs.includes(written.value))
      const isReadLater = kernel.nodes.some(({ inputs }) => inputs.includes(other.value))
      assertInvariant(!(isAhead && isReadLater), `${what} before its last read of ${buffer.name}`)
      assertInvariant(other.reach === 'own' && written.reach === 'own', `${what}, which other threads read or write`)
    })
  })
}

class Verification {
  private readonly symbols = new Symbols()
  private readonly memory: SymbolicMemory
  /** The symbols that inputs, parameters and states hold according to the graph. */
  private readonly state: SymbolicEnvironment = new Map()
  private readonly stateBuffers: ReadonlySet<number>
  private guardPassed = false

  constructor(private readonly plan: Plan) {
    this.memory = new SymbolicMemory(plan)
    const kept = plan.graph.inputs.filter(({ role }) => role !== 'input')
    this.stateBuffers = new Set(kept.map(({ value }) => this.locationOf(value).buffer.id))
  }

  run(): void {
    const { graph, ringSlots } = this.plan
    const whole: Indices = new Map([[ring, 0]])
    for (const { name, value } of graph.inputs) this.fill(name, value, whole)
    for (const { name, value } of graph.constants) this.fill(name, value, whole)
    for (let step = 0; step < 2; step++) {
      const slot = step % ringSlots
      const indices: Indices = new Map([[ring, slot]])
      for (const { name, value, role } of graph.inputs) {
        if (role === 'input') this.fill(`${name} of step ${step}`, value, indices)
      }
      this.step(indices)
    }
  }

  private locationOf(value: Value): Location {
    const location = this.plan.locations.get(value)
    assertInvariant(location !== undefined, `%${value.id} has no location`)
    return location
  }

  private fill(name: string, value: Value, indices: Indices): void {
    const location = this.locationOf(value)
    const tensors = value.shape.slice(0, location.axes.length).reduce((product, size) => product * size, 1)
    const contents = Array.from({ length: tensors }, (_, tensor) => this.symbols.named(`${name} ${tensor}`))
    this.state.set(value, contents)
    this.memory.write(value, location, indices, contents)
  }

  private step(indices: Indices): void {
    const { graph, body } = this.plan
    const environment: SymbolicEnvironment = new Map(this.state)
    runSymbolically(graph, this.symbols, environment)
    this.guardPassed = graph.guard === undefined
    this.walk(body, indices, environment)
    assertInvariant(this.guardPassed, 'the plan lacks the guard of the graph')
    for (const { target, value } of graph.updates) this.state.set(target, environment.get(value) ?? [])
    const expect = (name: string, value: Value, contents: unknown): void => {
      const found = this.memory.read(value, this.locationOf(value), indices, name)
      assertInvariant(JSON.stringify(found) === JSON.stringify(contents), `${name} differs from the value of the graph`)
    }
    for (const { name, value } of graph.outputs) expect(name, value, environment.get(value))
    for (const { name, value } of graph.inputs) expect(name, value, this.state.get(value))
  }

  private walk(body: readonly PlanNode[], indices: Indices, expected: SymbolicEnvironment): void {
    for (const node of body) {
      if (node.kind === 'barrier') this.memory.barrier()
      else if (node.kind === 'loop') this.loop(node, indices, expected)
      else if (node.kind === 'guard') this.guard(node, indices, expected)
      else this.kernel(node, indices)
    }
  }

  private loop(loop: PlanLoop, indices: Indices, expected: SymbolicEnvironment): void {
    for (const index of iterationsOf(loop, indices)) {
      this.walk(loop.body, new Map(indices).set(loop.id, index), expected)
    }
  }

  private guard({ operand }: Guard, indices: Indices, expected: SymbolicEnvironment): void {
    const { value, location } = operand
    this.memory.touch(operand, { by: 'everyone', units: 1 }, indices, 'the guard')
    const found = this.memory.read(value, location, indices, 'the guard')
    assertInvariant(value === this.plan.graph.guard, "the plan's guard checks a different value from the graph's guard")
    assertInvariant(found[0] === expected.get(value)?.[0], "the plan's guard reads a wrong value")
    this.guardPassed = true
  }

  private kernel(kernel: Kernel, indices: Indices): void {
    const { operands, partition } = kernel
    const name = nameOf(kernel)
    const values: SymbolicEnvironment = new Map()
    for (const operand of operands) this.memory.touch(operand, partition, indices, name)
    for (const { value, location, write } of operands) {
      if (!write) values.set(value, this.memory.read(value, location, indices, name))
    }
    for (const node of operationsIn(kernel)) {
      const inputs = node.inputs.map((input) => {
        const contents = values.get(input)
        assertInvariant(contents !== undefined, `${name} has no operand %${input.id}`)
        return contents
      })
      this.symbols.apply(node, inputs).forEach((contents, position) => {
        values.set(node.outputs[position], contents)
      })
    }
    for (const { value, location, write } of operands) {
      if (!write) continue
      const isState = this.stateBuffers.has(location.buffer.id)
      assertInvariant(this.guardPassed || !isState, `${name} updates ${location.buffer.name} before the guard`)
      this.memory.write(value, location, indices, values.get(value) ?? [])
    }
  }
}
