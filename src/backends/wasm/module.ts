/**
 * Writes a plan as one WebAssembly module. The WebAssembly module holds each distinct kernel once. The exported
 * function `run(thread, threads, first, count)` is the loop nest that calls the kernels. The exported function `run`
 * runs `count` steps, starting at ring slot number `first`.
 */
import { sizeOf, type Value } from '../../graph/graph.ts'
import { assertInvariant } from '../../support/errors.ts'
import {
  type FunctionBuilder,
  type FunctionReference,
  type I32,
  i32,
  type Local,
  ModuleBuilder,
  memory,
} from './assembler.ts'
import { createKernelContext, kernelParameters } from './kernels/operands.ts'
import { scratchBytes } from './kernels/scratch.ts'
import { kernelEmitters } from './kernels/table.ts'
import { emitInParts } from './kernels/tile-sums.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { kernelsOf } from './plan/barriers.ts'
import { roundUp } from './plan/layout.ts'
import type { Barrier, Guard, Kernel, Location, LoopId, Plan, PlanLoop, PlanNode } from './plan/plan.ts'
import { elementBytes, operationsIn, ring } from './plan/plan.ts'
import { operationNames } from './plan/print.ts'
import { areaBytes, type ProfileArea, startProfile } from './profile.ts'

/**
 * Byte addresses of the control area, the first 256 bytes of memory. The control area holds the three words of the
 * barrier and the number of finished steps. Each word of the control area has a cache line of 64 bytes to itself.
 */
export const control = { arrived: 0, generation: 64, sleepers: 128, finished: 192, bytes: 256 } as const

/**
 * Number of times that a thread polls a barrier before the thread sleeps. A poll takes about one nanosecond, so a
 * thread polls for about 20 microseconds.
 */
const spins = 20_000

export interface ModuleOptions {
  /** Number of threads that will run the program. Each thread has its own scratch memory. */
  readonly threads: number
  /** True if the module uses the fused multiply-add of relaxed SIMD. */
  readonly relaxed: boolean
  /** True if several threads share the module's memory. */
  readonly shared: boolean
  /** True if the module adds up the time that each thread spends in each kernel and at barriers. */
  readonly profile?: boolean
}

export interface EmittedKernel {
  readonly name: string
  readonly bytes: number
  /** Number of places in the program that call the kernel's code. */
  readonly calls: number
}

export interface EmittedModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Size of the module's memory, in pages of 64 KiB. */
  readonly pages: number
  readonly kernels: readonly EmittedKernel[]
  /** Layout of the measured times, which is present only in a module with the option `profile`. */
  readonly profile?: EmittedProfile
}

/**
 * Layout of the times that a profiled module measures. The area of the measured times has one slot for each kernel,
 * followed by one slot for all barriers.
 */
export interface EmittedProfile {
  readonly area: ProfileArea
  /**
   * The distinct kernels of the module. An entry holds the first of the kernels that share the same code, and the
   * number of calls of that code in one step.
   */
  readonly kernels: readonly { readonly name: string; readonly kernel: Kernel; readonly calls: number }[]
  readonly barriers: number
}

export const pageBytes = 65536

function scratchPerThread({ body, precision }: Plan): number {
  const needed = [...kernelsOf(body)].map((kernel) => scratchBytes(kernel, elementBytes(precision, 'real')))
  return roundUp(Math.max(0, ...needed), pageBytes / 16)
}

/**
 * Size of the memory that a plan's module takes on a given number of threads, in bytes, rounded up to whole pages of 64
 * KiB.
 */
export function memoryBytes(plan: Plan, threads: number): number {
  return roundUp(plan.bytes + threads * scratchPerThread(plan), pageBytes)
}

/**
 * Returns the signature of a kernel. Two kernels with the same signature have the same code, because a signature
 * contains the operations, their wiring, the shapes and the layouts, but no addresses.
 */
function signatureOf(kernel: Kernel): string {
  const { before, operands, partition } = kernel
  const numbers = new Map<Value, number>()
  const numberOf = (value: Value): number => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  }
  const describedOperands = operands.map(({ value, location, write }) => [
    numberOf(value),
    write,
    value.element,
    location.buffer.layout,
    partition.by === 'flat' ? location.buffer.slotSize * sizeOf(value.shape.slice(0, location.axes.length)) : 0,
  ])
  const describedNodes = operationsIn(kernel).map(({ op, inputs, outputs, attributes }) => [
    op,
    inputs.map(numberOf),
    outputs.map(numberOf),
    outputs.map(({ shape }) => (partition.by === 'flat' ? 0 : shape)),
    attributes,
  ])
  return JSON.stringify([describedOperands, describedNodes, before.length])
}

/** Number of blocks into which the iterations of a loop are divided, or 1 for a loop without blocks. */
const blocksOf = ({ times, block }: PlanLoop): number => (block ? Math.ceil(times / block.size) : 1)

const kernelName = (kernel: Kernel): string => operationNames(kernel).join('+')

class ModuleEmitter {
  private readonly module: ModuleBuilder
  private readonly scratchPerThread: number
  private readonly pages: number
  private readonly lanes: Lanes
  private readonly functions = new Map<string, FunctionReference>()
  private readonly emitted: { name: string; bytes: number; calls: number }[] = []
  private readonly bySignature = new Map<string, number>()
  private readonly profile?: { readonly area: ProfileArea; readonly now: FunctionReference }

  constructor(
    private readonly plan: Plan,
    { relaxed, shared, threads, profile = false }: ModuleOptions,
  ) {
    this.lanes = createLanes(plan.precision, relaxed)
    this.scratchPerThread = scratchPerThread(plan)
    const used = plan.bytes + threads * this.scratchPerThread
    const slots = new Set([...kernelsOf(plan.body)].map(signatureOf)).size + 1
    const area = profile ? { address: roundUp(used, 64), threads, slots } : undefined
    this.pages = Math.ceil((area ? area.address + areaBytes(area) : used) / pageBytes)
    this.module = new ModuleBuilder({ pages: this.pages, shared })
    if (area) this.profile = { area, now: this.module.import('now', [], ['f64']) }
  }

  emit(): EmittedModule {
    const barrier = this.module.function('barrier', ['i32'], [], emitBarrier)
    for (const kernel of kernelsOf(this.plan.body)) this.kernelFunction(kernel)
    this.module.function('run', ['i32', 'i32', 'i32', 'i32'], [], (builder) => this.emitRun(builder, barrier), true)
    const { pages, emitted, profile } = this
    return { bytes: this.module.toBytes(), pages, kernels: emitted, profile: profile && this.describeProfile(profile) }
  }

  private describeProfile({ area }: { readonly area: ProfileArea }): EmittedProfile {
    const calls = new Array<number>(area.slots).fill(0)
    const kernels: Kernel[] = []
    const visit = (nodes: readonly PlanNode[], times: number): void => {
      for (const node of nodes) {
        if (node.kind === 'loop') visit(node.body, (times * node.times) / blocksOf(node))
        else if (node.kind === 'barrier') calls[area.slots - 1] += times
        else if (node.kind === 'kernel') {
          const slot = this.bySignature.get(signatureOf(node)) ?? 0
          kernels[slot] ??= node
          calls[slot] += times
        }
      }
    }
    visit(this.plan.body, 1)
    const described = kernels.map((kernel, slot) => ({ name: kernelName(kernel), kernel, calls: calls[slot] }))
    return { area, kernels: described, barriers: calls[area.slots - 1] }
  }

  private kernelFunction(kernel: Kernel): FunctionReference {
    const signature = signatureOf(kernel)
    const known = this.functions.get(signature)
    if (known) {
      this.emitted[this.bySignature.get(signature) ?? 0].calls++
      return known
    }
    const name = kernelName(kernel)
    let bytes = 0
    const reference = this.module.function(name, kernelParameters(kernel), [], (builder) => {
      emitInParts(createKernelContext(builder, this.lanes, kernel), kernelEmitters[kernel.nodes[0].op])
      bytes = builder.encode().length
    })
    this.functions.set(signature, reference)
    this.bySignature.set(signature, this.emitted.length)
    this.emitted.push({ name, bytes, calls: 1 })
    return reference
  }

  private emitRun(builder: FunctionBuilder, barrier: FunctionReference): void {
    const thread = builder.parameter(0, 'i32')
    const threads = builder.parameter(1, 'i32')
    const first = builder.parameter(2, 'i32')
    const count = builder.parameter(3, 'i32')
    const ownScratch = i32.mul(thread, i32.const(this.scratchPerThread))
    const scratch = builder.local('i32', i32.add(i32.const(this.plan.bytes), ownScratch))
    const indices = new Map<LoopId, Local<'i32'>>()
    const ranges = new Map<number, { start: Local<'i32'>; end: Local<'i32'> }>()
    for (const { partition } of kernelsOf(this.plan.body)) {
      if (ranges.has(partition.units)) continue
      const share = (position: I32): I32 => i32.divU(i32.mul(i32.const(partition.units), position), threads)
      ranges.set(partition.units, {
        start: builder.local('i32', share(thread)),
        end: builder.local('i32', share(i32.add(thread, i32.const(1)))),
      })
    }

    const address = ({ buffer, slot, terms }: Location): I32 => {
      const slotBytes = buffer.slotSize * elementBytes(this.plan.precision, buffer.element)
      const base = i32.const(this.plan.offsets[buffer.id] + slot * slotBytes)
      return terms.reduce((sum: I32, { loop, coefficient, cycle, shift }) => {
        const index = indices.get(loop)
        assertInvariant(index !== undefined, `the address of ${buffer.name} depends on a loop that is not open`)
        const shifted = shift === 0 ? index : i32.add(index, i32.const(shift))
        const value = cycle > 0 ? i32.and(shifted, i32.const(cycle - 1)) : index
        return i32.add(sum, i32.mul(value, i32.const(coefficient * slotBytes)))
      }, base)
    }
    const profile = this.profile && startProfile(builder, this.profile.now, this.profile.area, thread)
    const barrierSlot = this.emitted.length
    const emitKernel = (kernel: Kernel): void => {
      const { partition, operands } = kernel
      const range = ranges.get(partition.units)
      assertInvariant(range !== undefined, 'expected every partition to have a range of units for the thread')
      // A kernel that runs on one thread alone runs on thread 0. Dividing a single unit of work among the threads by
      // integer division would give the unit to the last thread.
      const isFirst = i32.eqz(thread)
      const [start, end] = partition.by === 'first' ? [i32.const(0), isFirst] : [range.start, range.end]
      builder.call(
        this.kernelFunctionOf(kernel),
        ...operands.map(({ location }) => address(location)),
        start,
        end,
        scratch,
      )
      profile?.(this.bySignature.get(signatureOf(kernel)) ?? 0)
    }
    const emitGuard = ({ operand }: Guard): void => {
      builder.when(i32.eqz(this.lanes.scalarIsFinite(this.lanes.loadScalar(address(operand.location)))), () => {
        builder.return()
      })
    }
    const boundsOf = ({ times, block }: PlanLoop): { first: I32; end: I32 } => {
      if (!block) return { first: i32.const(0), end: i32.const(times) }
      const number = indices.get(block.loop)
      assertInvariant(number !== undefined, 'expected a block inside the loop over the blocks')
      const first = builder.local('i32', i32.mul(number, i32.const(block.size)))
      const end = builder.local('i32', i32.add(first, i32.const(block.size)))
      const all = i32.const(times)
      return { first, end: builder.local('i32', i32.select(i32.ltS(end, all), end, all)) }
    }
    const emitLoop = (loop: PlanLoop): void => {
      const { id, reverse, body } = loop
      const { first, end } = boundsOf(loop)
      const index = builder.local('i32', reverse ? i32.sub(end, i32.const(1)) : first)
      indices.set(id, index)
      const condition = reverse ? i32.geS(index, first) : i32.ltS(index, end)
      builder.while(condition, () => {
        emitNodes(body)
        builder.set(index, i32.add(index, i32.const(reverse ? -1 : 1)))
      })
    }
    const emitBarrierCall = (_node: Barrier): void => {
      builder.call(barrier, threads)
      profile?.(barrierSlot)
    }
    const emitNodes = (nodes: readonly PlanNode[]): void => {
      for (const node of nodes) {
        if (node.kind === 'kernel') emitKernel(node)
        else if (node.kind === 'loop') emitLoop(node)
        else if (node.kind === 'guard') emitGuard(node)
        else emitBarrierCall(node)
      }
    }

    const step = builder.local('i32', first)
    const end = builder.local('i32', i32.add(first, count))
    indices.set(ring, step)
    builder.while(i32.ltS(step, end), () => {
      emitNodes(this.plan.body)
      builder.set(step, i32.add(step, i32.const(1)))
      builder.when(i32.eqz(thread), () => {
        const finished = i32.add(i32.load(i32.const(0), control.finished), i32.const(1))
        memory.storeI32(builder, i32.const(0), finished, control.finished)
      })
    })
    builder.call(barrier, threads)
    profile?.(barrierSlot)
  }

  private kernelFunctionOf(kernel: Kernel): FunctionReference {
    const reference = this.functions.get(signatureOf(kernel))
    assertInvariant(reference !== undefined, 'expected every kernel to be emitted before the function run')
    return reference
  }
}

/**
 * Emits the barrier, at which every thread waits until the last thread has arrived. The last thread starts a new
 * generation and wakes the sleeping threads. A waiting thread first polls the generation number, because most waits are
 * short. A thread that has waited longer sleeps, so that a program with more threads than cores does not stall.
 */
function emitBarrier(builder: FunctionBuilder): void {
  const threads = builder.parameter(0, 'i32')
  const zero = i32.const(0)
  const one = i32.const(1)
  builder.when(i32.eq(threads, one), () => builder.return())
  const generation = builder.local('i32', memory.atomicLoad(zero, control.generation))
  const before = memory.atomicAdd(zero, one, control.arrived)
  builder.when(i32.eq(before, i32.sub(threads, one)), () => {
    memory.atomicStore(builder, zero, zero, control.arrived)
    memory.atomicStore(builder, zero, i32.add(generation, one), control.generation)
    builder.when(memory.atomicLoad(zero, control.sleepers), () => {
      memory.notify(builder, zero, threads, control.generation)
    })
    builder.return()
  })
  const left = builder.local('i32', i32.const(spins))
  builder.while(left, () => {
    builder.when(i32.ne(memory.atomicLoad(zero, control.generation), generation), () => builder.return())
    builder.set(left, i32.sub(left, one))
  })
  const drop = (value: I32): void => builder.emit(value.code, [0x1a])
  drop(memory.atomicAdd(zero, one, control.sleepers))
  builder.while(i32.eq(memory.atomicLoad(zero, control.generation), generation), () => {
    memory.wait(builder, zero, generation, control.generation)
  })
  drop(memory.atomicAdd(zero, i32.const(-1), control.sleepers))
}

export function emitModule(plan: Plan, options: ModuleOptions): EmittedModule {
  return new ModuleEmitter(plan, options).emit()
}
