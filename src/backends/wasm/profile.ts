/**
 * What a program compiled with `profile` carries beside its work: after each kernel and each barrier, every thread adds
 * the time since the last such point to a number of its own. So the numbers add up to all the time a thread was running.
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

/** Where the time of some steps went. All kernels and barriers of all threads add up to the time that they ran. */
export interface Profile {
  readonly threads: number
  /** Kernels with the same code are one; `calls` a step. */
  readonly kernels: readonly ProfiledKernel[]
  readonly barriers: ProfiledPart
}

export interface ProfiledPart {
  readonly calls: number
  /** Of each thread, since the last time the profile was taken. */
  readonly milliseconds: readonly number[]
}

export interface ProfiledKernel extends ProfiledPart {
  readonly name: string
  readonly kernel: Kernel
}

type F64 = Expression<'f64'>

const numberBytes = 8
/** A thread's numbers start a cache line: no two threads write to the same one. */
const lineBytes = 64

/** The numbers in memory: each thread's in a row, `slots` of them, in milliseconds. */
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

/** Starts the clock; the function it gives writes the point that ends a slot's time. `now`: a function that gives milliseconds. */
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

/** The milliseconds of each slot, thread by thread; then they count from zero again. */
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
