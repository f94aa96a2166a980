/**
 * The parameters of a kernel's function: a pointer to each operand, the thread's range of work units, and the address
 * of the thread's scratch memory.
 */
import type { Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type FunctionBuilder, type I32, i32, type Local, type ValueType } from '../assembler.ts'
import type { Lanes } from '../lanes.ts'
import type { Layout } from '../plan/layout.ts'
import type { Kernel } from '../plan/plan.ts'

export interface KernelOperand {
  readonly value: Value
  readonly pointer: Local<'i32'>
  readonly layout: Layout
  readonly write: boolean
}

export interface KernelContext {
  readonly builder: FunctionBuilder
  readonly lanes: Lanes
  readonly kernel: Kernel
  readonly operands: readonly KernelOperand[]
  /** Number of the first unit of work that the thread computes. */
  readonly start: Local<'i32'>
  /** Number of the unit of work after the last unit that the thread computes. */
  readonly end: Local<'i32'>
  /** Address of the thread's own memory, in which a kernel packs its operands before it computes. */
  readonly scratch: Local<'i32'>
}

export function kernelParameters(kernel: Kernel): ValueType[] {
  return [...kernel.operands.map((): ValueType => 'i32'), 'i32', 'i32', 'i32']
}

export function createKernelContext(builder: FunctionBuilder, lanes: Lanes, kernel: Kernel): KernelContext {
  const count = kernel.operands.length
  const operands = kernel.operands.map(({ value, location, write }, index) => ({
    value,
    pointer: builder.parameter(index, 'i32'),
    layout: location.buffer.layout,
    write,
  }))
  const start = builder.parameter(count, 'i32')
  const end = builder.parameter(count + 1, 'i32')
  const scratch = builder.parameter(count + 2, 'i32')
  return { builder, lanes, kernel, operands, start, end, scratch }
}

/** Returns the kernel's operand that holds the given value. */
export function operandOf({ operands }: KernelContext, value: Value): KernelOperand {
  const operand = operands.find((candidate) => candidate.value === value)
  assertInvariant(operand !== undefined, `the kernel has no operand %${value.id}`)
  return operand
}

type LayoutOf<K extends Layout['kind']> = Extract<Layout, { kind: K }>

export function layoutAs<K extends Layout['kind']>(layout: Layout, kind: K): LayoutOf<K> {
  assertInvariant(layout.kind === kind, `expected ${kind}, got ${layout.kind}`)
  return layout as LayoutOf<K>
}

/**
 * Returns an expression for the address base + index * size. The argument `size`, in bytes, is known when the code is
 * generated.
 */
export function at(base: I32, index: I32, size: number): I32 {
  return i32.add(base, i32.mul(index, i32.const(size)))
}

/** Emits a loop whose index starts at `from`, increases by `step`, and stays below `to`. */
export function forRange(
  builder: FunctionBuilder,
  from: I32,
  to: I32,
  step: number,
  body: (index: Local<'i32'>) => void,
): void {
  const index = builder.local('i32', from)
  builder.while(i32.ltU(index, to), () => {
    body(index)
    builder.set(index, i32.add(index, i32.const(step)))
  })
}

/** Emits a loop of `count` iterations, where `count` is at least 1. The body of the loop must move its own pointers. */
export function times(builder: FunctionBuilder, count: number, body: () => void): void {
  const left = builder.local('i32', i32.const(count))
  builder.repeatWhile(() => {
    builder.set(left, i32.sub(left, i32.const(1)))
    return left
  }, body)
}
