/**
 * A small assembler for WebAssembly with 128-bit vectors and threads. An expression is a sequence of bytes with a type.
 * A function is built by statements such as `set`, `while` and `when`, each of which appends code to the function's
 * body.
 */
import { section, signed, text, typeCodes, unsigned, type ValueType, vector } from './encoding.ts'

export type { ValueType } from './encoding.ts'

/** Code that leaves one value of type T on WebAssembly's stack. */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T
  readonly code: readonly number[]
}

export type I32 = Expression<'i32'>
export type Vector = Expression<'v128'>

/** A local variable of a function. A local variable is also an expression that reads the variable. */
export interface Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number
}

export function expression<T extends ValueType>(type: T, ...parts: (readonly number[])[]): Expression<T> {
  const code: number[] = []
  for (const part of parts) for (const byte of part) code.push(byte)
  return { type, code }
}

export interface FunctionReference {
  readonly index: number
  readonly results: readonly ValueType[]
}

export class FunctionBuilder {
  private readonly body: number[] = []
  private readonly localTypes: ValueType[] = []
  private readonly parameterCount: number

  constructor(readonly parameters: readonly ValueType[]) {
    this.parameterCount = parameters.length
  }

  parameter<T extends ValueType>(index: number, type: T): Local<T> {
    return { type, index, code: [0x20, ...unsigned(index)] }
  }

  local<T extends ValueType>(type: T, initial?: Expression<T>): Local<T> {
    const index = this.parameterCount + this.localTypes.length
    this.localTypes.push(type)
    const local: Local<T> = { type, index, code: [0x20, ...unsigned(index)] }
    if (initial) this.set(local, initial)
    return local
  }

  emit(...parts: (readonly number[])[]): void {
    for (const part of parts) for (const byte of part) this.body.push(byte)
  }

  set<T extends ValueType>(local: Local<T>, value: Expression<T>): void {
    this.emit(value.code, [0x21, ...unsigned(local.index)])
  }

  call(target: FunctionReference, ...values: Expression[]): void {
    for (const { code } of values) this.emit(code)
    this.emit([0x10, ...unsigned(target.index)])
  }

  /** Computes a value and discards the value. A discarded load, for example, brings memory into the cache. */
  drop(value: Expression): void {
    this.emit(value.code, [0x1a])
  }

  /** Emits a loop that tests the condition before each iteration and runs the body while the condition is not 0. */
  while(condition: I32, body: () => void): void {
    this.emit([0x02, 0x40, 0x03, 0x40], condition.code, [0x45, 0x0d, 1])
    body()
    this.emit([0x0c, 0, 0x0b, 0x0b])
  }

  /**
   * Emits a loop that runs the body, and repeats the body while the condition is not 0. A `repeatWhile` loop has one
   * jump in each iteration and suits inner loops that run at least once.
   */
  repeatWhile(condition: () => I32, body: () => void): void {
    this.emit([0x03, 0x40])
    body()
    this.emit(condition().code, [0x0d, 0, 0x0b])
  }

  when(condition: I32, then: () => void, otherwise?: () => void): void {
    this.emit(condition.code, [0x04, 0x40])
    then()
    if (otherwise) {
      this.emit([0x05])
      otherwise()
    }
    this.emit([0x0b])
  }

  return(): void {
    this.emit([0x0f])
  }

  /** Encodes the function's locals and code in the format of the module's code section. */
  encode(): number[] {
    const groups: [number, ValueType][] = []
    for (const type of this.localTypes) {
      const last = groups[groups.length - 1]
      if (last && last[1] === type) last[0]++
      else groups.push([1, type])
    }
    const locals = vector(groups.map(([count, type]) => [...unsigned(count), typeCodes[type]]))
    const size = locals.length + this.body.length + 1
    return unsigned(size).concat(locals, this.body, [0x0b])
  }
}

interface DefinedFunction {
  readonly name: string
  readonly type: number
  readonly code: readonly number[]
  readonly exported: boolean
}

export class ModuleBuilder {
  private readonly types: number[][] = []
  private readonly functions: DefinedFunction[] = []
  private readonly imported: { readonly name: string; readonly type: number }[] = []

  /** The module imports its memory as `environment.memory`. The size of the memory is given in pages of 64 KiB. */
  constructor(private readonly memory: { readonly pages: number; readonly shared: boolean }) {}

  /**
   * Imports a function as `environment.NAME`. All imports must be made before any function of the module is written.
   */
  import(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): FunctionReference {
    const index = this.imported.push({ name, type: this.typeOf(parameters, results) }) - 1
    return { index, results }
  }

  private typeOf(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const encoded = [
      0x60,
      ...vector(parameters.map((type) => [typeCodes[type]])),
      ...vector(results.map((type) => [typeCodes[type]])),
    ]
    const key = encoded.join()
    const known = this.types.findIndex((type) => type.join() === key)
    return known < 0 ? this.types.push(encoded) - 1 : known
  }

  function(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    build: (builder: FunctionBuilder) => void,
    exported = false,
  ): FunctionReference {
    const builder = new FunctionBuilder(parameters)
    build(builder)
    const type = this.typeOf(parameters, results)
    const index = this.imported.length + this.functions.push({ name, type, code: builder.encode(), exported }) - 1
    return { index, results }
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const { pages, shared } = this.memory
    const limits = shared
      ? [0x03, ...unsigned(pages), ...unsigned(pages)]
      : [0x01, ...unsigned(pages), ...unsigned(pages)]
    const exported = this.functions.flatMap(({ name, exported: isExported }, index) =>
      isExported ? [[...text(name), 0x00, ...unsigned(this.imported.length + index)]] : [],
    )
    const named = [...this.imported, ...this.functions]
    const names = named.map(({ name }, index) => [...unsigned(index), ...text(name)])
    const imports = this.imported.map(({ name, type }) => [
      ...text('environment'),
      ...text(name),
      0x00,
      ...unsigned(type),
    ])
    const nameMap = vector(names)
    const bytes: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    const parts = [
      section(1, vector(this.types)),
      section(2, vector([[...text('environment'), ...text('memory'), 0x02, ...limits], ...imports])),
      section(3, vector(this.functions.map(({ type }) => unsigned(type)))),
      section(7, vector(exported)),
      section(10, vector(this.functions.map(({ code }) => code))),
      // The section of function names lets profilers and stack traces show which kernel ran.
      section(0, [...text('name'), 1, ...unsigned(nameMap.length), ...nameMap]),
    ]
    for (const part of parts) for (const byte of part) bytes.push(byte)
    return Uint8Array.from(bytes)
  }
}

const binary =
  <A extends ValueType, R extends ValueType>(result: R, ...opcode: number[]) =>
  (a: Expression<A>, b: Expression<A>): Expression<R> =>
    expression(result, a.code, b.code, opcode)

export const i32 = {
  const: (value: number): I32 => expression('i32', [0x41], signed(value)),
  add: binary<'i32', 'i32'>('i32', 0x6a),
  sub: binary<'i32', 'i32'>('i32', 0x6b),
  mul: binary<'i32', 'i32'>('i32', 0x6c),
  divU: binary<'i32', 'i32'>('i32', 0x6e),
  remU: binary<'i32', 'i32'>('i32', 0x70),
  and: binary<'i32', 'i32'>('i32', 0x71),
  or: binary<'i32', 'i32'>('i32', 0x72),
  xor: binary<'i32', 'i32'>('i32', 0x73),
  shl: binary<'i32', 'i32'>('i32', 0x74),
  shrU: binary<'i32', 'i32'>('i32', 0x76),
  eq: binary<'i32', 'i32'>('i32', 0x46),
  ne: binary<'i32', 'i32'>('i32', 0x47),
  ltS: binary<'i32', 'i32'>('i32', 0x48),
  ltU: binary<'i32', 'i32'>('i32', 0x49),
  geS: binary<'i32', 'i32'>('i32', 0x4e),
  geU: binary<'i32', 'i32'>('i32', 0x4f),
  eqz: (a: I32): I32 => expression('i32', a.code, [0x45]),
  select: (condition: I32, a: I32, b: I32): I32 => expression('i32', a.code, b.code, condition.code, [0x1b]),
  load: (address: I32, offset = 0): I32 => expression('i32', address.code, [0x28, 2], unsigned(offset)),
}

/** Instructions that store integers and that synchronize threads through shared memory. */
export const memory = {
  storeI32: (builder: FunctionBuilder, address: I32, value: I32, offset = 0): void =>
    builder.emit(address.code, value.code, [0x36, 2], unsigned(offset)),
  atomicLoad: (address: I32, offset = 0): I32 => expression('i32', address.code, [0xfe, 0x10, 2], unsigned(offset)),
  atomicStore: (builder: FunctionBuilder, address: I32, value: I32, offset = 0): void =>
    builder.emit(address.code, value.code, [0xfe, 0x17, 2], unsigned(offset)),
  /** Atomically adds a value to an integer in memory, and returns the integer's previous value. */
  atomicAdd: (address: I32, value: I32, offset = 0): I32 =>
    expression('i32', address.code, value.code, [0xfe, 0x1e, 2], unsigned(offset)),
  /**
   * Emits a wait without a time limit. If the integer at the address has the expected value, the thread sleeps until
   * another thread notifies the address.
   */
  wait: (builder: FunctionBuilder, address: I32, expected: I32, offset = 0): void =>
    builder.emit(address.code, expected.code, [0x42, 0x7f, 0xfe, 0x01, 2], unsigned(offset), [0x1a]),
  notify: (builder: FunctionBuilder, address: I32, count: I32, offset = 0): void =>
    builder.emit(address.code, count.code, [0xfe, 0x00, 2], unsigned(offset), [0x1a]),
}
