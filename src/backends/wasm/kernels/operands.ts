/** A kernel function's view of its operands: a pointer each, then the range of units it has to do and its scratch memory. */
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
  /** The thread's range of the partition's units. */
  readonly start: Local<'i32'>
  readonly end: Local<'i32'>
  /** Memory of the thread's own, for what a kernel packs before it computes. */
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

/** The operand that holds a value: the last one, so that a value written in place is its result. */
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

/** base + index * size, with the size in bytes known when the code is written. */
export function at(base: I32, index: I32, size: number): I32 {
  return i32.add(base, i32.mul(index, i32.const(size)))
}

/** Counts the local from `from` up to but not including `to`. */
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

/** A loop whose number of iterations is known and at least 1; the body's pointers step by themselves. */
export function times(builder: FunctionBuilder, count: number, body: () => void): void {
  const left = builder.local('i32', i32.const(count))
  builder.repeatWhile(() => {
    builder.set(left, i32.sub(left, i32.const(1)))
    return left
  }, body)
}
