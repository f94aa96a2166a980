/**
 * Assigns an address to every buffer. Persistent buffers get the first addresses. Buffers that are not persistent share
 * memory if their lifetimes do not overlap.
 */
import { roundUp } from './layout.ts'
import type { Buffer } from './plan.ts'

/**
 * Alignment of buffers, in bytes. Every buffer starts on a new cache line, so that threads do not share cache lines by
 * accident.
 */
const alignment = 64

/** The steps of the schedule during which a buffer's contents are needed, from `first` to `last` inclusive. */
export interface Lifetime {
  first: number
  last: number
}

export interface MemoryPlan {
  readonly offsets: readonly number[]
  readonly bytes: number
}

/**
 * Assigns byte offsets to all buffers. `start` is the first free byte, after the memory that the backend reserves for
 * itself.
 */
export function assignMemory(
  buffers: readonly Buffer[],
  lifetimes: ReadonlyMap<Buffer, Lifetime>,
  start: number,
): MemoryPlan {
  const offsets: number[] = new Array(buffers.length).fill(0)
  let end = roundUp(start, alignment)
  for (const buffer of buffers.filter(({ persistent }) => persistent)) {
    offsets[buffer.id] = end
    end = roundUp(end + buffer.bytes, alignment)
  }
  // Greedy by size (Pisarchyk & Lee 2020): each buffer takes the lowest gap between the buffers that live at the same
  // time.
  const base = end
  const placed: { buffer: Buffer; lifetime: Lifetime }[] = []
  const transient = buffers.filter(({ persistent }) => !persistent).sort((a, b) => b.bytes - a.bytes || a.id - b.id)
  for (const buffer of transient) {
    const lifetime = lifetimes.get(buffer) ?? { first: 0, last: 0 }
    const neighbors = placed
      .filter((other) => other.lifetime.first <= lifetime.last && lifetime.first <= other.lifetime.last)
      .map((other) => ({ start: offsets[other.buffer.id], end: offsets[other.buffer.id] + other.buffer.bytes }))
      .sort((a, b) => a.start - b.start)
    let offset = base
    for (const neighbor of neighbors) {
      if (offset + buffer.bytes <= neighbor.start) break
      offset = Math.max(offset, roundUp(neighbor.end, alignment))
    }
    offsets[buffer.id] = offset
    end = Math.max(end, roundUp(offset + buffer.bytes, alignment))
    placed.push({ buffer, lifetime })
  }
  return { offsets, bytes: end }
}
