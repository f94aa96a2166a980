/**
 * Decides where every value lies in memory, and turns a graph's nodes into kernels and loops over memory locations. A
 * loop never copies the values that it carries. A carried value moves through the slots of the stack that the backward
 * pass reads anyway, or alternates between two slots with the parity of the iteration.
 */
import type { Carried, Graph, GraphInput, LoopNode, Node, OpNode, Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import {
  canPrepare,
  inputReach,
  isRowSum,
  isUpdate,
  isView,
  outputReach,
  partitionOf,
  partsOfImages,
  partsOfRows,
  writesPadding,
} from './access.ts'
import { type AlgorithmOptions, chooseAlgorithm } from './algorithms.ts'
import { type Form, findForms } from './axes.ts'
import { cutIntoBlocks } from './blocks.ts'
import { fuse, type Operations } from './fuse.ts'
import { findConsumers, LastReaders } from './last-readers.ts'
import { countSlots, innerShape, layoutOf, layoutSize, panelWidth, roundUp } from './layout.ts'
import { partOf, samePlace, sliceOf } from './locations.ts'
import type { Lifetime } from './memory.ts'
import type { Buffer, Kernel, Location, Operand, PlanLoop, PlanNode } from './plan.ts'
import { elementBytes, ring } from './plan.ts'

export interface Placement {
  readonly body: readonly PlanNode[]
  readonly buffers: readonly Buffer[]
  readonly lifetimes: ReadonlyMap<Buffer, Lifetime>
  readonly locations: ReadonlyMap<Value, Location>
}

interface BufferOptions {
  readonly slots: number
  readonly persistent: boolean
  /** True if the operation that makes the value also writes the value's padding. */
  readonly writesPadding?: boolean
}

export interface PlaceOptions extends AlgorithmOptions {
  readonly ringSlots: number
}

/**
 * Returns true for an output that has a value in every slot of the ring. An output without a value in every ring slot
 * holds only the value of the last step.
 */
const isRingOutput = (name: string): boolean => name === 'loss' || name === 'outputs'

class Placer {
  private readonly buffers: Buffer[] = []
  private readonly lifetimes = new Map<Buffer, Lifetime>()
  private readonly locations = new Map<Value, Location>()
  /** Locations that are chosen before a value is made: for stacks, carried values, outputs and updated inputs. */
  private readonly destinations = new Map<Value, Location>()
  private readonly forms: ReadonlyMap<Value, Form>
  private readonly tapped = new Set<Value>()
  private readonly lastReaders = new LastReaders()
  /**
   * Buffers that hold a carried value before the loop, after every iteration and after the loop, each in its own slot.
   */
  private readonly carriedStacks = new Set<Buffer>()
  /** The buffer of each value that a loop carries. */
  private readonly carriedBuffers = new Map<Carried, Buffer>()
  private clock = 0
  private loopCount = 0
  private readonly openLoops: { touched: Set<Buffer>; id: number }[] = []

  constructor(
    private readonly graph: Graph,
    private readonly options: PlaceOptions,
  ) {
    this.forms = findForms(graph)
  }

  place(): Placement {
    const { graph } = this
    for (const input of graph.inputs) this.locations.set(input.value, this.placeInput(input))
    for (const { name, value } of graph.constants) {
      this.locations.set(value, this.whole(name, value, { slots: 1, persistent: true }))
    }
    for (const { target, value } of graph.updates) this.destinations.set(value, this.locationOf(target))
    for (const { name, value } of graph.outputs) {
      this.tapped.add(value)
      if (!isRingOutput(name)) continue
      assertInvariant(isMadeIn(graph.body, value), `output ${name} is not the result of an operation`)
      this.destinations.set(
        value,
        this.inRing(this.whole(name, value, { slots: this.options.ringSlots, persistent: true })),
      )
    }
    this.placeViews()
    const body = this.placeNodes(graph.body)
    // The loss decides whether the updates happen, so the guard that checks the loss stands right before the first
    // update.
    if (graph.guard) {
      const first = body.findIndex(updates)
      const operand: Operand = { ...this.read(graph.guard), reach: 'all' }
      body.splice(first < 0 ? body.length : first, 0, { kind: 'guard', operand })
    }
    const { buffers, lifetimes, locations } = this
    return { body, buffers, lifetimes, locations }
  }

  /**
   * Chooses the locations of a graph's views, which are parts and joins of values. A part of a stack lies in the memory
   * of the stack. The parts of a joined value are computed directly in the memory of the joined value.
   */
  private placeViews(): void {
    for (const node of this.graph.body) {
      if (node.kind !== 'op' || !isView(node)) continue
      if (node.op === 'part') {
        const { first, length } = node.attributes
        const part = partOf(this.locationOf(node.inputs[0]), Number(first), Number(length))
        this.locations.set(node.outputs[0], part)
        continue
      }
      const [joined] = node.outputs
      const options = { slots: 1, persistent: this.tapped.has(joined) }
      const location = this.destinations.get(joined) ?? this.whole(`${node.path} joined`, joined, options)
      this.locations.set(joined, location)
      let first = 0
      for (const part of node.inputs) {
        const [count, length] = part.shape
        const isSegmented = part.shape.length > joined.shape.length
        this.destinations.set(part, partOf(location, first, isSegmented ? length : 0))
        first += isSegmented ? count * length : count
      }
    }
  }

  private form(value: Value): Form {
    // No operation determines the form of an unused input, such as running statistics in a graph that uses the batch's
    // own statistics. Users of the program can still write and read an unused input.
    return this.forms.get(value) ?? { axes: Math.max(0, value.shape.length - 2), panels: 0 }
  }

  private placeInput({ name, role, value }: GraphInput): Location {
    if (role !== 'input') return this.whole(name, value, { slots: 1, persistent: true })
    return this.inRing(this.whole(name, value, { slots: this.options.ringSlots, persistent: true }))
  }

  private inRing(location: Location): Location {
    return { ...location, terms: [{ loop: ring, coefficient: 1, cycle: 0, shift: 0 }] }
  }

  /** Makes a new buffer for a whole value, with `slots` slots for each iteration of the value's loop axes. */
  private whole(name: string, value: Value, options: BufferOptions): Location {
    const { axes } = this.form(value)
    const slots = countSlots(value.shape, axes) * options.slots
    const buffer = this.buffer(name, value, { ...options, slots })
    const steps = Array.from({ length: axes }, (_, axis) => countSlots(value.shape.slice(axis + 1), axes - axis - 1))
    return { buffer, slot: 0, terms: [], axes: steps }
  }

  private buffer(name: string, value: Value, { slots, persistent, writesPadding = false }: BufferOptions): Buffer {
    const { axes, panels } = this.form(value)
    const layout = layoutOf(innerShape(value.shape, axes), panels)
    const size = layoutSize(layout)
    const bytes = size * slots * elementBytes(this.options.precision, value.element)
    const { element } = value
    const buffer = {
      id: this.buffers.length,
      name,
      layout,
      element,
      slots,
      // Most kernels do not write the padding of panels. The padding must be zero from the start, so panels never share
      // memory with other buffers.
      persistent: persistent || (panels > 0 && !writesPadding),
      slotSize: size,
      bytes,
    }
    this.buffers.push(buffer)
    return buffer
  }

  private locationOf(value: Value): Location {
    const location = this.locations.get(value)
    assertInvariant(location !== undefined, `%${value.id} has no location`)
    return location
  }

  /** Records that a buffer is in use at the current point of the plan and throughout all open loops. */
  private touch(buffer: Buffer): void {
    const lifetime = this.lifetimes.get(buffer)
    if (lifetime) lifetime.last = this.clock
    else this.lifetimes.set(buffer, { first: this.clock, last: this.clock })
    for (const { touched } of this.openLoops) touched.add(buffer)
  }

  private read(value: Value): Operand {
    const location = this.locationOf(value)
    this.touch(location.buffer)
    return { value, location, write: false, reach: 'own' }
  }

  private placeNodes(nodes: readonly Node[]): PlanNode[] {
    const consumers = findConsumers(nodes)
    for (const node of nodes) if (node.kind === 'loop') this.prepareLoop(node, nodes, consumers)
    const body: PlanNode[] = []
    const prepares = (node: OpNode): boolean => canPrepare(node) && chooseAlgorithm(node, this.options) !== 'direct'
    const real = nodes.filter((node) => node.kind === 'loop' || !isView(node))
    for (const step of fuse(real, prepares)) {
      this.clock++
      if (step.kind === 'loop') body.push(...this.placeLoop(step.node))
      else body.push(this.placeKernel(step, consumers))
    }
    return body
  }

  private placeKernel(step: Operations, consumers: ReadonlyMap<Value, Set<Node>>): Kernel {
    const { before, nodes } = step
    const all = [...before, ...nodes]
    this.lastReaders.place(all)
    const own = new Set<Node>(all)
    const made = new Set(all.flatMap((node) => [...node.outputs]))
    const operands = new Map<Value, Operand>()
    for (const node of all) {
      node.inputs.forEach((value, position) => {
        if (made.has(value)) return
        const reach = inputReach(node, position)
        const known = operands.get(value)
        operands.set(value, known?.reach === 'all' ? known : { ...this.read(value), reach })
      })
    }
    const writes: Operand[] = []
    for (const node of all) {
      for (const value of node.outputs) {
        const users = consumers.get(value)
        const used =
          this.destinations.has(value) || this.tapped.has(value) || [...(users ?? [])].some((user) => !own.has(user))
        // A result stays in registers if only operations of its own kernel use the result. A result that no operation
        // uses still has a location, because a kernel's first operation writes its results.
        const internal =
          !used && all.length > 1 && users !== undefined && !nodes.some((other) => readsRowsOf(value, other))
        if (internal) continue
        const location = this.takeOver(value, step, consumers) ?? this.placeResult(value, node)
        this.touch(location.buffer)
        writes.push({ value, location, write: true, reach: outputReach(node) })
      }
    }
    const flatElements = (value: Value): number => {
      const { buffer, axes } = this.locationOf(value)
      return roundUp(buffer.slotSize * countSlots(value.shape, axes.length), panelWidth)
    }
    const algorithm = chooseAlgorithm(nodes[0], this.options)
    const sum = nodes.find(isRowSum)
    const whole = before.length > 0 ? partsOfImages(nodes[0]) : partitionOf(nodes[0], flatElements, algorithm)
    const partition = sum ? partsOfRows(sum) : whole
    return { kind: 'kernel', nodes, before, operands: [...operands.values(), ...writes], partition, algorithm }
  }

  /**
   * Returns the location of an input that the step reads for the last time and may overwrite with `value`. Returns
   * undefined if the step may overwrite no input.
   */
  private takeOver(value: Value, step: Operations, consumers: ReadonlyMap<Value, Set<Node>>): Location | undefined {
    if (this.destinations.has(value) || this.tapped.has(value)) return undefined
    const input = this.lastReaders.takeOver(value, step, { consumers, loop: this.openLoops.at(-1)?.id })
    if (!input) return undefined
    const location = this.locationOf(input)
    this.locations.set(value, location)
    return location
  }

  private placeResult(value: Value, { op, path }: OpNode): Location {
    const destination = this.destinations.get(value)
    if (destination) {
      this.locations.set(value, destination)
      return destination
    }
    const loop = this.openLoops[this.openLoops.length - 1]
    const persistent = this.tapped.has(value)
    if (!persistent) this.lastReaders.note(value, loop?.id)
    const name = `${path || 'cotangent'}.${op}`
    const options = { persistent, writesPadding: writesPadding(op) }
    if (!loop) {
      const location = this.whole(name, value, { slots: 1, ...options })
      this.locations.set(value, location)
      return location
    }
    // A value that is made in a loop alternates between two slots with the parity of the iteration. With two slots, one
    // thread may write the next value while another thread still reads the current value.
    const buffer = this.buffer(name, value, { slots: 2, ...options })
    const location: Location = {
      buffer,
      slot: 0,
      terms: [{ loop: loop.id, coefficient: 1, cycle: 2, shift: 0 }],
      axes: [],
    }
    this.locations.set(value, location)
    return location
  }

  private copy(value: Value, destination: Location, path: string): Kernel {
    const target: Value = { id: -1 - value.id, shape: value.shape, element: value.element }
    const node: OpNode = { kind: 'op', op: 'copy', inputs: [value], outputs: [target], attributes: {}, path }
    const source = this.read(value)
    this.touch(destination.buffer)
    const operands: Operand[] = [source, { value: target, location: destination, write: true, reach: 'own' }]
    const partition = partitionOf(node, () => 0)
    return { kind: 'kernel', nodes: [node], before: [], operands, partition, algorithm: 'direct' }
  }

  /**
   * Chooses locations for the values that a loop stacks and carries. The initial value of a carried value is made
   * directly in the loop's buffer, unless the loop would overwrite an initial value that another node still needs.
   */
  private prepareLoop(loop: LoopNode, around: readonly Node[], consumers: ReadonlyMap<Value, Set<Node>>): void {
    for (const { value, stacked } of loop.stacks) {
      if (this.locations.has(stacked)) continue
      const carried = loop.carried.find((c) => c.parameter === value || c.next === value)
      if (carried && !this.destinations.has(stacked)) this.stackCarried(loop, carried)
      else this.placeStack(stacked)
    }
    for (const carried of loop.carried) {
      const { initial } = carried
      const buffer = this.carriedBuffer(loop, carried)
      this.carriedBuffers.set(carried, buffer)
      const isChosen = this.destinations.has(initial) || this.tapped.has(initial)
      const isMadeHere = around.some((node) => node.kind === 'op' && node.outputs.includes(initial))
      // A loop whose buffer lacks a slot for each iteration overwrites the initial value of the carried value.
      const isKept = this.carriedStacks.has(buffer) || consumers.get(initial)?.size === 1
      if (isMadeHere && isKept && !isChosen) this.destinations.set(initial, this.startOf(loop, buffer))
    }
  }

  private placeLoop(loop: LoopNode): PlanNode[] {
    const id = this.loopCount++
    const before: PlanNode[] = []
    const copies: { value: Value; destination: Location }[] = []
    const start = this.clock

    for (const { stacked, parameter } of loop.slices) {
      this.touch(this.locationOf(stacked).buffer)
      this.locations.set(parameter, sliceOf(this.locationOf(stacked), id))
    }
    for (const carried of loop.carried) {
      const places = this.placeCarried(loop, carried, id)
      const begin = this.startOf(loop, places.buffer)
      const isThere = samePlace(this.locationOf(carried.initial), begin)
      if (!isThere) before.push(this.copy(carried.initial, begin, loop.path))
      this.touch(places.buffer)
      this.locations.set(carried.parameter, places.parameter)
      if (this.destinations.has(carried.next) || !isMadeIn(loop.body, carried.next)) {
        copies.push({ value: carried.next, destination: places.next })
      } else this.destinations.set(carried.next, places.next)
    }
    for (const { value, stacked } of loop.stacks) {
      const destination = sliceOf(this.locationOf(stacked), id)
      const known = this.destinations.get(value) ?? this.locations.get(value)
      if (known && samePlace(known, destination)) continue
      if (known || !isMadeIn(loop.body, value)) copies.push({ value, destination })
      else this.destinations.set(value, destination)
    }

    this.openLoops.push({ id, touched: new Set() })
    const body = this.placeNodes(loop.body)
    for (const { value, destination } of copies) body.push(this.copy(value, destination, loop.path))
    const closed = this.openLoops.pop()
    this.clock++
    // A buffer that a loop touches lives from the loop's first to the loop's last iteration.
    for (const buffer of closed?.touched ?? []) {
      const lifetime = this.lifetimes.get(buffer)
      if (!lifetime) continue
      lifetime.first = Math.min(lifetime.first, start)
      lifetime.last = this.clock
    }
    const node: PlanLoop = { kind: 'loop', id, times: loop.times, reverse: loop.reverse, body, path: loop.path }
    const placed = this.blocked(node)
    for (const carried of loop.carried) this.locations.set(carried.result, this.endOf(loop, carried))
    return [...before, placed]
  }

  /**
   * Returns the loop cut into blocks if blocks save barriers, and the unchanged loop if blocks save no barriers
   * (blocks.ts).
   */
  private blocked(loop: PlanLoop): PlanLoop {
    const change = cutIntoBlocks(loop, this.loopCount)
    if (!change) return loop
    this.loopCount++
    for (const [buffer, wider] of change.widened) {
      this.buffers[buffer.id] = wider
      const lifetime = this.lifetimes.get(buffer)
      if (lifetime) this.lifetimes.set(wider, lifetime)
      for (const { touched } of this.openLoops) if (touched.delete(buffer)) touched.add(wider)
    }
    return change.loop
  }

  private placeStack(stacked: Value): void {
    const known = this.destinations.get(stacked)
    const persistent = this.tapped.has(stacked)
    const name = `stack %${stacked.id}`
    this.locations.set(stacked, known ?? this.whole(name, stacked, { slots: 1, persistent }))
  }

  /**
   * Makes one buffer for a carried value, with one slot more than the loop has iterations. The slots hold the value
   * before the loop and after every iteration, so the stacks of `parameter` and of `next` share the buffer.
   */
  private stackCarried(loop: LoopNode, { parameter, next, result }: Carried): void {
    // A stack that is part of a larger value already has a destination, and is filled by copies.
    const stackOf = (carried: Value): Value | undefined =>
      loop.stacks.find(({ value, stacked }) => value === carried && !this.destinations.has(stacked))?.stacked
    const ofParameter = stackOf(parameter)
    const ofNext = stackOf(next)
    const stacked = ofParameter ?? ofNext
    assertInvariant(stacked !== undefined, 'a carried value has no stack')
    const persistent = [ofParameter, ofNext, result].some((value) => value && this.tapped.has(value))
    const buffer = this.buffer(`carried ${loop.path}`, stacked, { slots: loop.times + 1, persistent })
    this.carriedStacks.add(buffer)
    const [parameterSlot, nextSlot] = loop.reverse ? [1, 0] : [0, 1]
    if (ofParameter) this.locations.set(ofParameter, { buffer, slot: parameterSlot, terms: [], axes: [1] })
    if (ofNext) this.locations.set(ofNext, { buffer, slot: nextSlot, terms: [], axes: [1] })
  }

  /**
   * Returns the buffer of a carried value: the buffer of a stack of the loop, or a new buffer of two alternating slots.
   */
  private carriedBuffer(loop: LoopNode, { initial, parameter, next, result }: Carried): Buffer {
    for (const { value, stacked } of loop.stacks) {
      const { buffer } = this.locationOf(stacked)
      if ((value === parameter || value === next) && this.carriedStacks.has(buffer)) return buffer
    }
    return this.buffer(`carried ${loop.path}`, initial, { slots: 2, persistent: this.tapped.has(result) })
  }

  /** Returns the location in which a loop finds the initial value of a carried value. */
  private startOf({ times, reverse }: LoopNode, buffer: Buffer): Location {
    return { buffer, slot: reverse && this.carriedStacks.has(buffer) ? times : 0, terms: [], axes: [] }
  }

  /**
   * Returns the location in which a loop leaves the final value of a carried value. The buffer of a carried value may
   * have more than two slots if the loop was cut into blocks (blocks.ts).
   */
  private endOf({ times, reverse }: LoopNode, carried: Carried): Location {
    const buffer = this.buffers[this.carriedBufferOf(carried).id]
    if (this.carriedStacks.has(buffer)) return { buffer, slot: reverse ? 0 : times, terms: [], axes: [] }
    return { buffer, slot: (reverse ? -times : times) & (buffer.slots - 1), terms: [], axes: [] }
  }

  private carriedBufferOf(carried: Carried): Buffer {
    const buffer = this.carriedBuffers.get(carried)
    assertInvariant(buffer !== undefined, `the carried value %${carried.parameter.id} has no buffer`)
    return buffer
  }

  private placeCarried({ times, reverse }: LoopNode, carried: Carried, id: number) {
    const buffer = this.carriedBufferOf(carried)
    const moving = (slot: number, cycle: number, shift: number): Location => ({
      buffer,
      slot,
      terms: [{ loop: id, coefficient: 1, cycle, shift }],
      axes: [],
    })
    if (this.carriedStacks.has(buffer)) {
      const [parameter, next] = reverse ? [1, 0] : [0, 1]
      return { buffer, parameter: moving(parameter, 0, 0), next: moving(next, 0, 0) }
    }
    // The iteration that runs first reads slot 0, in forward and in reverse loops.
    const [first, step] = reverse ? [1 - times, -1] : [0, 1]
    return { buffer, parameter: moving(0, 2, first), next: moving(0, 2, first + step) }
  }
}

/**
 * Returns true if an operation reads rows of the value from memory. Partial statistics read one row of each part, and a
 * convolution reads all rows.
 */
const readsRowsOf = (value: Value, { op, inputs }: OpNode): boolean =>
  inputs[0] === value && (op === 'partialStatistics' || op === 'conv' || op === 'convInputGradient')

/** Returns true if a node, or a node in the body of a loop node, makes new parameters or states. */
function updates(node: PlanNode): boolean {
  if (node.kind === 'loop') return node.body.some(updates)
  return node.kind === 'kernel' && node.nodes.some(isUpdate)
}

/** Returns true if an operation or the stack of an inner loop can write the value directly to a chosen location. */
function isMadeIn(body: readonly Node[], value: Value): boolean {
  return body.some((node) =>
    node.kind === 'op' ? node.outputs.includes(value) : node.stacks.some(({ stacked }) => stacked === value),
  )
}

export function placeGraph(graph: Graph, options: PlaceOptions): Placement {
  return new Placer(graph, options).place()
}
