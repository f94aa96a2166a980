/**
 * The simulated memory of a plan during verification. The simulated memory records, for each slot, the symbol that the
 * slot holds and the accesses of threads since the last barrier.
 */
import type { Value } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import {
  type Buffer,
  isSamePartition,
  type Location,
  type LoopId,
  type Operand,
  type Partition,
  type Plan,
  slotsOfTerm,
} from './plan.ts'
import type { Contents } from './symbolic.ts'

export type Indices = ReadonlyMap<LoopId, number>

interface Touch {
  readonly write: boolean
  readonly own: boolean
  readonly partition: Partition
}

interface Region {
  readonly buffer: Buffer
  readonly start: number
  readonly slotBytes: number
  readonly symbols: (number | undefined)[]
  readonly touches: Map<number, Touch[]>
}

/** Returns true if two threads that run the accesses a and b without a barrier can see each other's partial results. */
function race(a: Touch, b: Touch, sameBuffer: boolean): boolean {
  if (!a.write && !b.write) return false
  if (!sameBuffer) return true
  if (a.partition.by === 'first' && b.partition.by === 'first') return false
  return !(a.own && b.own && isSamePartition(a.partition, b.partition))
}

export class SymbolicMemory {
  private readonly regions: readonly Region[]
  /** For each memory region, the other regions that occupy some of the same bytes. */
  private readonly sharing: readonly (readonly Region[])[]

  constructor({ buffers, offsets }: Plan) {
    this.regions = buffers.map((buffer) => ({
      buffer,
      start: offsets[buffer.id],
      slotBytes: buffer.bytes / buffer.slots,
      symbols: new Array(buffer.slots),
      touches: new Map(),
    }))
    const overlap = (a: Region, b: Region): boolean =>
      a !== b && a.start < b.start + b.buffer.bytes && b.start < a.start + a.buffer.bytes
    this.sharing = this.regions.map((region) => this.regions.filter((other) => overlap(region, other)))
  }

  read(value: Value, location: Location, indices: Indices, what: string): Contents {
    return slotsOf(value, location, indices).map((slot) => {
      const symbol = this.regions[location.buffer.id].symbols[slot]
      assertInvariant(
        symbol !== undefined,
        `${what} reads slot ${slot} of ${location.buffer.name}, which holds nothing`,
      )
      return symbol
    })
  }

  /** Writes symbols to the slots of a value. The write erases the contents of other buffers in the same bytes. */
  write(value: Value, location: Location, indices: Indices, contents: Contents): void {
    const region = this.regions[location.buffer.id]
    slotsOf(value, location, indices).forEach((slot, tensor) => {
      region.symbols[slot] = contents[tensor]
      this.forEachShared(region, slot, (other, otherSlot) => {
        other.symbols[otherSlot] = undefined
      })
    })
  }

  /** Throws an `internal` error if a memory access can race with an access to the same bytes since the last barrier. */
  touch({ value, location, write, reach }: Operand, partition: Partition, indices: Indices, what: string): void {
    const region = this.regions[location.buffer.id]
    const touch: Touch = { write, own: reach === 'own', partition }
    for (const slot of slotsOf(value, location, indices)) {
      const refuse = (other: Region): void =>
        assertInvariant(
          false,
          `${what} needs a barrier: ${location.buffer.name} was touched as ${other.buffer.name} since the last barrier`,
        )
      const known = region.touches.get(slot) ?? []
      if (known.some((earlier) => race(earlier, touch, true))) refuse(region)
      this.forEachShared(region, slot, (other, otherSlot) => {
        if (other.touches.get(otherSlot)?.some((earlier) => race(earlier, touch, false))) refuse(other)
      })
      const isKnown = known.some(
        (earlier) =>
          earlier.write === write && earlier.own === touch.own && isSamePartition(earlier.partition, partition),
      )
      if (!isKnown) region.touches.set(slot, [...known, touch])
    }
  }

  barrier(): void {
    for (const { touches } of this.regions) touches.clear()
  }

  private forEachShared(
    { buffer, start, slotBytes }: Region,
    slot: number,
    visit: (other: Region, slot: number) => void,
  ) {
    const first = start + slot * slotBytes
    for (const other of this.sharing[buffer.id]) {
      const from = Math.max(0, Math.floor((first - other.start) / other.slotBytes))
      const to = Math.min(other.buffer.slots, Math.ceil((first + slotBytes - other.start) / other.slotBytes))
      for (let otherSlot = from; otherSlot < to; otherSlot++) visit(other, otherSlot)
    }
  }
}

/** Returns the slots that hold a value, in the order of the value's own loop axes. */
function slotsOf(value: Value, { buffer, slot, terms, axes }: Location, indices: Indices): number[] {
  const base = terms.reduce((sum, term) => {
    const index = indices.get(term.loop)
    assertInvariant(index !== undefined, `the location of ${buffer.name} depends on a loop that is not open`)
    return sum + slotsOfTerm(term, index)
  }, slot)
  const slots = axes.reduce(
    (starts: number[], step, axis) =>
      starts.flatMap((start) => Array.from({ length: value.shape[axis] }, (_, index) => start + index * step)),
    [base],
  )
  for (const one of slots) {
    assertInvariant(
      one >= 0 && one < buffer.slots,
      `slot ${one} of ${buffer.name} does not exist: the buffer has ${buffer.slots} slots`,
    )
  }
  return slots
}
