/**
 * Element-by-element operations on the vectors of a tile, as the tail of the kernel that has just computed the tile.
 */
import type { OpNode, Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { elementOps, isElementOp } from '../elementwise.ts'
import { v128 } from '../lanes.ts'
import { isRowSum } from '../plan/access.ts'
import { panelWidth, tileRows } from '../plan/layout.ts'
import { at, forRange, type KernelContext, type KernelOperand, layoutAs, times } from './operands.ts'
import { TileSums } from './tile-sums.ts'

interface TileOperand {
  readonly operand: KernelOperand
  /** Address of the operand's first element within the tile, or address of a scalar operand. */
  readonly pointer: Local<'i32'>
  /** Number of bytes from one row of the tile to the next, or 0 for a vector over the features. */
  readonly rowBytes: number
}

/** The element-by-element operations and the sums that a kernel runs on each tile after the tile has been computed. */
export class TileTail {
  private readonly places = new Map<Value, TileOperand>()
  private readonly registers = new Map<Value, Local<'v128'>>()
  private readonly row: Local<'i32'>
  private readonly column: Local<'i32'>
  /** Element-by-element operations of the tail, in order. */
  private readonly nodes: readonly OpNode[]
  private readonly sums: TileSums | undefined
  /**
   * Number of one vector of columns in the tile. For these columns, the registers hold the elements of all vectors over
   * the features. The field `inRegisters` is undefined if the registers hold no such elements.
   */
  private inRegisters: number | undefined

  /**
   * The argument `root` is the value that the kernel itself computes, if any. The argument `nodes` holds the operations
   * of the tail. The argument `spacing` is the number of tensor rows from one row of the tile to the next.
   */
  constructor(
    private readonly context: KernelContext,
    nodes: readonly OpNode[],
    private readonly root: Value | undefined,
    private readonly spacing = 1,
  ) {
    const { builder, lanes } = context
    this.row = builder.local('i32')
    this.column = builder.local('i32')
    this.nodes = nodes.filter((node) => !isRowSum(node))
    const [firstSum, ...otherSums] = nodes.filter(isRowSum)
    this.sums = firstSum && new TileSums(context, [firstSum, ...otherSums])
    const values = this.nodes.flatMap((node) => [...node.inputs, ...node.outputs])
    const needed = new Set([...(root ? [root] : []), ...values, ...(this.sums?.inputs ?? [])])
    for (const operand of context.operands) {
      const { value, layout, pointer } = operand
      if (!needed.has(value)) continue
      if (layout.kind === 'scalar') {
        this.places.set(value, { operand, pointer, rowBytes: 0 })
        if (value.element === 'real') this.registers.set(value, builder.local('v128', lanes.loadSplat(pointer)))
        continue
      }
      const rowBytes = layout.kind === 'rows' ? layout.stride * lanes.bytes : 0
      this.places.set(value, { operand, pointer: builder.local('i32'), rowBytes })
    }
    for (const value of needed) {
      if (value.element === 'real' && !this.registers.has(value)) this.registers.set(value, builder.local('v128'))
    }
  }

  /** Operands that the tail reads or writes and that are stored in rows. */
  get rowOperands(): KernelOperand[] {
    return [...this.places.values()].map(({ operand }) => operand).filter(({ layout }) => layout.kind === 'rows')
  }

  /** Moves the tail's pointers to the tile whose first element is at the given row and column. */
  moveTo(row: I32, column: I32): void {
    const { builder, lanes } = this.context
    builder.set(this.row, row)
    builder.set(this.column, column)
    for (const { operand, pointer, rowBytes } of this.places.values()) {
      if (operand.layout.kind === 'scalar') continue
      const start = rowBytes > 0 ? at(operand.pointer, this.row, rowBytes) : operand.pointer
      builder.set(pointer, at(start, this.column, lanes.bytes))
    }
    this.inRegisters = undefined
    this.sums?.moveTo(this.row, this.column)
  }

  /**
   * Moves the tail's pointers by a number of rows and a number of vectors of columns. A tail with sums does not support
   * relative moves.
   */
  moveBy(rows: number, vectors: number): void {
    const { builder, lanes } = this.context
    const move = (local: Local<'i32'>, by: number): void => {
      if (by !== 0) builder.set(local, i32.add(local, i32.const(by)))
    }
    move(this.row, rows)
    move(this.column, vectors * lanes.count)
    for (const { operand, pointer, rowBytes } of this.places.values()) {
      if (operand.layout.kind !== 'scalar') move(pointer, rows * rowBytes + vectors * 16)
    }
    this.inRegisters = undefined
  }

  /** Emits the tail's operations on one vector of the tile, and stores the results that are written to memory. */
  finish(row: number, vector: number, rootValue?: Vector): void {
    const { builder } = this.context
    const offsetOf = ({ rowBytes }: TileOperand): number => row * this.spacing * rowBytes + vector * 16
    const store = (value: Value): void => {
      const place = this.places.get(value)
      if (place?.operand.write) v128.store(builder, place.pointer, this.register(value), offsetOf(place))
    }
    for (const [value, place] of this.places) {
      const { operand, rowBytes } = place
      if (operand.write || operand.layout.kind === 'scalar') continue
      if (rowBytes === 0 && this.inRegisters === vector) continue
      builder.set(this.register(value), v128.load(place.pointer, offsetOf(place)))
    }
    this.inRegisters = vector
    if (this.root && rootValue) {
      builder.set(this.register(this.root), rootValue)
      store(this.root)
    }
    for (const node of this.nodes) {
      const [output] = node.outputs
      builder.set(this.register(output), this.compute(node, row, vector))
      store(output)
    }
    this.sums?.add(vector, (value) => this.register(value))
  }

  /** Finishes the tile's sums after all vectors of the tile have been finished. */
  end(): void {
    this.sums?.finish()
  }

  private compute(node: OpNode, row: number, vector: number): Vector {
    const { builder, lanes } = this.context
    assertInvariant(isElementOp(node.op), `${node.op} is not an element-by-element operation`)
    const [output] = node.outputs
    const scalarAddress = (input: number): I32 => {
      const place = this.places.get(node.inputs[input])
      assertInvariant(place !== undefined, `${node.op} reads input number ${input} from its address`)
      return place.pointer
    }
    const elementNumber = (): I32 => {
      const rowNumber = i32.add(this.row, i32.const(row * this.spacing))
      const column = i32.add(this.column, i32.const(vector * lanes.count))
      return i32.add(i32.mul(rowNumber, i32.const(output.shape[1])), column)
    }
    const inputs = node.inputs.map((value) => (value.element === 'int' ? this.anyRegister() : this.register(value)))
    const { attributes } = node
    const batch = output.shape[0]
    return elementOps[node.op]({ builder, lanes, attributes, inputs, batch, scalarAddress, elementNumber })
  }

  private register(value: Value): Local<'v128'> {
    const register = this.registers.get(value)
    assertInvariant(register !== undefined, `%${value.id} has no register`)
    return register
  }

  /** Returns a register that stands in for integer inputs, which are never read as vectors. */
  private anyRegister(): Local<'v128'> {
    const [first] = this.registers.values()
    return first
  }
}

/**
 * Largest number of vectors in the unrolled body of a map's loop. A map is a kernel that consists only of
 * element-by-element operations.
 */
const mapVectors = 8
/** Largest number of vectors from one row in the unrolled loop body of an elementwise kernel. */
const mapColumns = 4

/** Emits a kernel that consists only of element-by-element operations. */
export function emitMap(context: KernelContext): void {
  const { kernel, start, end } = context
  const rows = (units: I32): I32 => i32.mul(units, i32.const(tileRows))
  emitRows(context, new TileTail(context, kernel.nodes, undefined), lastWrite(context), {
    first: rows(start),
    end: rows(end),
  })
}

/**
 * Emits a tail's operations on a range of rows. The number of rows is a multiple of four. The argument `like` is any of
 * the operands, which all have the same width.
 */
export function emitRows(
  context: KernelContext,
  tail: TileTail,
  like: KernelOperand,
  { first, end }: { readonly first: I32; readonly end: I32 },
): void {
  const { builder, lanes } = context
  const layout = layoutAs(like.layout, 'rows')
  const vectors = (Math.ceil(layout.columns / panelWidth) * panelWidth) / lanes.count
  const columns = Math.min(vectors, mapColumns)
  const rows = Math.min(tileRows, 2 ** Math.floor(Math.log2(mapVectors / columns)))
  const finish = (count: number): void => {
    for (let vector = 0; vector < count; vector++) {
      for (let row = 0; row < rows; row++) tail.finish(row, vector)
    }
  }
  tail.moveTo(first, i32.const(0))
  forRange(builder, first, end, rows, () => {
    if (vectors === columns) {
      finish(columns)
      tail.moveBy(rows, 0)
      return
    }
    times(builder, Math.floor(vectors / columns), () => {
      finish(columns)
      tail.moveBy(0, columns)
    })
    const rest = vectors % columns
    finish(rest)
    tail.moveBy(rows, rest - vectors)
  })
}

function lastWrite({ operands }: KernelContext): KernelOperand {
  const operand = operands[operands.length - 1]
  assertInvariant(operand.write, 'expected the kernel to write its last operand')
  return operand
}
