/**
 * Cuts a loop into blocks of iterations. The kernels of a loop in blocks form two groups: carrying kernels and taking
 * kernels. Carrying kernels make the values that pass from one iteration to the next. Taking kernels only read the
 * results of carrying kernels. A block runs the carrying kernels of all its iterations first, and then the taking
 * kernels of the same iterations.
 *
 * In the backward pass, carrying kernels compute the gradients of activations row by row, so that threads do not have
 * to wait for each other. Taking kernels compute the gradients of weights, which sum over the rows of all threads. A
 * loop in blocks needs one barrier for each block, not one barrier for each iteration.
 *
 * A buffer that carrying kernels write and taking kernels read has a slot for each iteration of two blocks. Slots for
 * two blocks are needed because one thread may begin the next block while another thread still runs the taking kernels
 * of the current block. A buffer of a carried value has slots for four blocks. Slots for two blocks are too few for a
 * carried value, because the last iteration of the next block makes one more value. The number of slots of a buffer
 * must be a power of two.
 */
import type { Buffer, Kernel, Location, Operand, PlanLoop, PlanNode, SlotTerm } from './plan.ts'

export interface BlockedLoop {
  readonly loop: PlanLoop
  /** Maps each buffer that needs more slots to the wider buffer that replaces it. */
  readonly widened: ReadonlyMap<Buffer, Buffer>
}

const longestBlock = 16
/**
 * Largest size, in bytes, of the slots that a block fills in one buffer. The slots of a block should stay in a core's
 * own cache.
 */
const cacheBytes = 2 ** 18

/**
 * Cuts a loop into blocks. The argument `id` becomes the id of the loop over the blocks. Returns undefined if the loop
 * cannot be cut, or if blocks would save no barrier.
 */
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
  // Even without blocks, the taking kernels run last, after a single barrier, and not between the carrying kernels.
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

/**
 * Finds the taking kernels: all kernels that are not divided by rows, except kernels that write to memory which the
 * carrying kernels also touch. Moving a kernel to the end of the loop must not change the order of reads and writes of
 * the same memory.
 */
function findTaking(kernels: readonly Kernel[], { id }: PlanLoop): ReadonlySet<Kernel> {
  const taking = new Set(kernels.filter(({ partition }) => partition.by !== 'rows'))
  /**
   * Returns true if a carrying kernel touches the memory that `kernel` writes. A carrying kernel may still touch the
   * same iteration's slot before `kernel` overwrites the slot.
   */
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

/** Returns true if each iteration of the loop has a slot of its own at the location. */
const movesOn = ({ terms }: Location, id: number): boolean =>
  terms.some(({ loop, coefficient, cycle }) => loop === id && coefficient !== 0 && cycle === 0)

const samePlace = (a: Location, b: Location): boolean =>
  a.slot === b.slot && JSON.stringify(a.terms) === JSON.stringify(b.terms)

/** Returns the buffers that carrying kernels rewrite in every iteration and taking kernels read. */
function buffersBetween(carrying: readonly Kernel[], taking: ReadonlySet<Kernel>): ReadonlySet<Buffer> {
  const written = new Set(carrying.flatMap((kernel) => buffersOf(kernel, true)))
  const read = [...taking].flatMap((kernel) => buffersOf(kernel, false))
  // A buffer with a slot for each iteration needs no additional slots.
  return new Set(read.filter((buffer) => written.has(buffer) && buffer.slots === 2))
}

/** Returns true if an operand alternates between two slots with the loop's iterations and depends on no other loop. */
function alternates({ location: { slot, terms, axes } }: Operand, { id }: PlanLoop): boolean {
  const [term] = terms
  if (slot !== 0 || axes.length > 0 || terms.length !== 1 || term === undefined) return false
  return term.loop === id && term.coefficient === 1 && term.cycle === 2
}

/** Returns the number of iterations in a block, which is a power of two. */
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
