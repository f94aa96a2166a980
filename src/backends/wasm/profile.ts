/**
 * The time measurement of programs that are compiled with the option `profile`. After each kernel and each barrier, a
 * thread reads the clock. The thread adds the time since its previous reading to its own sum for the kernel or for the
 * barriers. All sums of a thread therefore add up to the thread's running time.
 */
import {
  type Expression,
  expression,
  type FunctionBuilder,
  type FunctionReference,
  type I32,
  i32,
} from './assembler.ts'
import { unsigned } from './encoding.ts'
import type { Kernel } from './plan/plan.ts'

/**
 * Times that a program spent in each kernel and at barriers, over the steps since the profile was last taken. For each
 * thread, the times of all kernels and barriers add up to the thread's running time.
 */
export interface Profile {
  readonly threads: number
  /** Times of the distinct kernels. Kernels with the same code share one entry of the list. */
  readonly kernels: readonly ProfiledKernel[]
  readonly barriers: ProfiledPart
}

export interface ProfiledPart {
  /** Number of calls of the kernel, or number of barriers, in one step. */
  readonly calls: number
  /** Time of each thread in the kernel or at barriers since the profile was last taken, in milliseconds. */
  readonly milliseconds: readonly number[]
}

export interface ProfiledKernel extends ProfiledPart {
  readonly name: string
  readonly kernel: Kernel
}

type F64 = Expression<'f64'>

const numberBytes = 8
/**
 * Size of a cache line, in bytes. Each thread's sums begin on a new cache line, so that no two threads write to the
 * same cache line.
 */
const lineBytes = 64

/** Place of a profile's sums in memory. Each thread has a row of `slots` float64 numbers, in milliseconds. */
export interface ProfileArea {
  readonly address: number
  readonly threads: number
  readonly slots: number
}

const rowBytes = ({ slots }: ProfileArea): number => Math.ceil((slots * numberBytes) / lineBytes) * lineBytes

export const areaBytes = (area: ProfileArea): number => area.threads * rowBytes(area)

const subtract = (a: F64, b: F64): F64 => expression('f64', a.code, b.code, [0xa1])
const add = (a: F64, b: F64): F64 => expression('f64', a.code, b.code, [0xa0])
const load = (address: I32, offset: number): F64 => expression('f64', address.code, [0x2b, 3], unsigned(offset))

/**
 * Emits code for a thread's first reading of the clock. The returned function emits code for a later reading, which
 * adds the time since the previous reading to a slot. The argument `now` is an imported function that returns the time
 * in milliseconds.
 */
export function startProfile(
  builder: FunctionBuilder,
  now: FunctionReference,
  area: ProfileArea,
  thread: I32,
): (slot: number) => void {
  const clock = expression('f64', [0x10, ...unsigned(now.index)])
  const own = builder.local('i32', i32.add(i32.const(area.address), i32.mul(thread, i32.const(rowBytes(area)))))
  const time = builder.local('f64')
  const last = builder.local('f64', clock)
  return (slot) => {
    builder.set(time, clock)
    const sum = add(load(own, slot * numberBytes), subtract(time, last))
    builder.emit(own.code, sum.code, [0x39, 3], unsigned(slot * numberBytes))
    builder.set(last, time)
  }
}

/** Returns the time of each slot for every thread, in milliseconds, and resets all sums of times to zero. */
export function takeTimes(memory: WebAssembly.Memory, area: ProfileArea): number[][] {
  const slots = Array.from({ length: area.slots }, (): number[] => [])
  for (let thread = 0; thread < area.threads; thread++) {
    const row = new Float64Array(memory.buffer, area.address + thread * rowBytes(area), area.slots)
    slots.forEach((times, slot) => {
      times.push(row[slot])
    })
    row.fill(0)
  }
  return slots
}
