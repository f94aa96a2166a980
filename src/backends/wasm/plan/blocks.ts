/**
 * Cuts a loop into blocks: first some iterations of what carries on from one to the next, then the same iterations of what
 * only takes from it. In the backward pass the first is the gradients of the activations, row by row, for which threads
 * needn't wait; the second is the gradients of the weights, which sum over the rows of all threads. So there is one
 * barrier for each block, not one for each iteration. What passes from the first to the second keeps a slot for each
 * iteration of two blocks, since the next block may begin while another thread is still at this one's second part; and
 * where it is what the loop carries, of four: the last iteration of the next block hands on one more, and slots are
 * powers of two.
 */
import type { Buffer, Kernel, Location, Operand, PlanLoop, PlanNode, SlotTerm } from './plan.ts'

export interface BlockedLoop {
  readonly loop: PlanLoop
  /** Buffers that need more slots, and what takes their place. */
  readonly widened: ReadonlyMap<Buffer, Buffer>
}

const longestBlock = 16
/** What a block passes on should stay in a core's own cache. */
const cacheBytes = 2 ** 18

/** Undefined where it can't be done or spares no barrier; `id` is that of the loop over the blocks. */
export function cutIntoBlocks(loop: PlanLoop, id: number): BlockedLoop | undefined {
  const kernels = loop.body.filter(isKernel)
  if (kernels.length < loop.body.length) return undefined
  const taking = findTaking(kernels, loop)
  const carrying = kernels.filter((kernel) => !taking.has(kernel))
  const isByRows = carrying.every(({ partition }) => partition.by === 'rows')
  if (taking.size === 0 || carrying.length === 0 || !isByRows) return undefined
  const passed = buffersBetween(carrying, taking)
  const touching = [...passed].flatMap((buffer) => kernels.flatMap((kernel) => operandsOf(kernel, buffer)))
  const taken = kernels.filter((kernel) => taking.has(kernel))
  if (passed.size === 0 || !touching.every((operand) => alternates(operand, loop))) return undefined

  const slotBytes = Math.max(...[...passed].map(({ bytes, slots }) => bytes / slots))
  const size = blockSize(loop.times, slotBytes)
  // Even without blocks: what takes comes last, after one barrier, not between parts of what carries on.
  if (size < 2) return { loop: { ...loop, body: [...carrying, ...taken] }, widened: new Map() }
  const isCarried = (buffer: Buffer): boolean =>
    kernels.some((kernel) => operandsOf(kernel, buffer).some(({ location }) => location.terms[0]?.shift !== 0))
  const widened = new Map([...passed].map((buffer) => [buffer, widen(buffer, (isCarried(buffer) ? 4 : 2) * size)]))
  const part = (own: readonly Kernel[]): PlanLoop => ({
    ...loop,
    body: own.map((kernel) => rewrite(kernel, widened)),
    block: { loop: id, size },
  })
  const body = [part(carrying), part(taken)]
  return { loop: { ...loop, id, times: Math.ceil(loop.times / size), body }, widened }
}

const isKernel = (node: PlanNode): node is Kernel => node.kind === 'kernel'

const operandsOf = ({ operands }: Kernel, buffer: Buffer): Operand[] =>
  operands.filter(({ location }) => location.buffer === buffer)

const buffersOf = ({ operands }: Kernel, write: boolean): Buffer[] =>
  operands.filter((operand) => operand.write === write).map(({ location }) => location.buffer)

/** The kernels that aren't by rows, but for those whose results the rest reads, or would meet in another order. */
function findTaking(kernels: readonly Kernel[], { id }: PlanLoop): ReadonlySet<Kernel> {
  const taking = new Set(kernels.filter(({ partition }) => partition.by !== 'rows'))
  /** A kernel of the rest may read what this one overwrites, if it is its own iteration's and was read before. */
  const disturbs = (kernel: Kernel, written: Operand): boolean =>
    kernels.some((other, position) => {
      if (taking.has(other)) return false
      const isBefore = position < kernels.indexOf(kernel) && movesOn(written.location, id)
      return operandsOf(other, written.location.buffer).some(
        ({ location }) => !(isBefore && samePlace(location, written.location)),
      )
    })
  for (let before = -1; before !== taking.size; ) {
    before = taking.size
    for (const kernel of taking) {
      if (kernel.operands.some((operand) => operand.write && disturbs(kernel, operand))) taking.delete(kernel)
    }
  }
  return taking
}

/** Whether each iteration of the loop has a slot of its own. */
const movesOn = ({ terms }: Location, id: number): boolean =>
  terms.some(({ loop, coefficient, cycle }) => loop === id && coefficient !== 0 && cycle === 0)

const samePlace = (a: Location, b: Location): boolean =>
  a.slot === b.slot && JSON.stringify(a.terms) === JSON.stringify(b.terms)

/** What the one part writes anew in every iteration and the other reads. */
function buffersBetween(carrying: readonly Kernel[], taking: ReadonlySet<Kernel>): ReadonlySet<Buffer> {
  const written = new Set(carrying.flatMap((kernel) => buffersOf(kernel, true)))
  const read = [...taking].flatMap((kernel) => buffersOf(kernel, false))
  // A buffer with a slot for each iteration serves as it is.
  return new Set(read.filter((buffer) => written.has(buffer) && buffer.slots === 2))
}

/** Whether an operand moves between two slots with the loop's iterations, and does nothing else. */
function alternates({ location: { slot, terms, axes } }: Operand, { id }: PlanLoop): boolean {
  const [term] = terms
  if (slot !== 0 || axes.length > 0 || terms.length !== 1 || term === undefined) return false
  return term.loop === id && term.coefficient === 1 && term.cycle === 2
}

/** A power of two. */
function blockSize(times: number, slotBytes: number): number {
  let size = 1
  while (2 * size <= longestBlock && 4 * size <= times && 2 * size * slotBytes <= cacheBytes) size *= 2
  return size
}

function widen(buffer: Buffer, slots: number): Buffer {
  return { ...buffer, slots, bytes: (buffer.bytes / buffer.slots) * slots }
}

function rewrite(kernel: Kernel, widened: ReadonlyMap<Buffer, Buffer>): Kernel {
  const move = (location: Location): Location => {
    const buffer = widened.get(location.buffer)
    if (!buffer) return location
    const terms = location.terms.map((term): SlotTerm => ({ ...term, cycle: buffer.slots }))
    return { ...location, buffer, terms }
  }
  return { ...kernel, operands: kernel.operands.map((operand) => ({ ...operand, location: move(operand.location) })) }
}
