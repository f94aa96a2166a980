/**
 * Inserts a barrier before every kernel that could touch memory which another thread touched since the last barrier.
 * Collisions between memory accesses are found by a walk through the program with its real addresses. The walk cuts
 * each loop down to a small number of iterations. Loops reuse memory slots in every iteration, in every second
 * iteration, or in every second or fourth block. All possible collisions therefore occur within the chosen iterations.
 */
import type { Guard, Kernel, Location, LoopId, Operand, Partition, PlanLoop, PlanNode } from './plan.ts'
import { isSamePartition, iterationsOf, ring, slotsOfTerm } from './plan.ts'

type Offsets = readonly number[]

interface Access {
  readonly buffer: number
  /** First byte of the accessed range [start, end). */
  readonly start: number
  readonly end: number
  readonly write: boolean
  readonly own: boolean
  readonly partition: Partition
}

type Indices = ReadonlyMap<LoopId, number>

function accessOf(
  { location, write, reach }: Operand,
  partition: Partition,
  indices: Indices,
  offsets: Offsets,
): Access {
  const { buffer } = location
  const first = location.terms.reduce(
    (slot, term) => slot + slotsOfTerm(term, indices.get(term.loop) ?? 0),
    location.slot,
  )
  const slotBytes = buffer.bytes / buffer.slots
  const start = offsets[buffer.id] + first * slotBytes
  const end = start + (spanOf(location) + 1) * slotBytes
  return { buffer: buffer.id, start, end, write, own: reach === 'own', partition }
}

/**
 * Returns the number of slots that a value with loop axes occupies beyond its first slot, or 0 for a value without loop
 * axes.
 */
function spanOf({ axes, buffer }: Location): number {
  return axes.length > 0 ? buffer.slots - 1 : 0
}

function collide(earlier: Access, later: Access): boolean {
  if (!earlier.write && !later.write) return false
  if (earlier.end <= later.start || later.end <= earlier.start) return false
  // Two buffers that share memory at different times divide the memory among the threads differently.
  if (earlier.buffer !== later.buffer) return true
  const sameParts = isSamePartition(earlier.partition, later.partition)
  if (sameParts && earlier.partition.by === 'first') return false
  return !(earlier.own && later.own && sameParts)
}

/**
 * Returns the plan's nodes with all needed barriers inserted. The argument `offsets` holds the addresses of the
 * buffers.
 */
export function insertBarriers(body: readonly PlanNode[], offsets: Offsets): PlanNode[] {
  const needed = new Set<PlanNode>()
  // Each walk through the program finds the first missing barriers. The search for missing barriers ends when a whole
  // walk finds no missing barrier.
  for (let before = -1; before !== needed.size; ) {
    before = needed.size
    walk(body, needed, offsets)
  }
  return withBarriers(body, needed)
}

/** A running loop, with the number of memory accesses that came before the loop. */
interface OpenLoop {
  readonly loop: PlanLoop
  /** Number of memory accesses before the first iteration of the loop. */
  readonly start: number
}

function walk(body: readonly PlanNode[], needed: Set<PlanNode>, offsets: Offsets): void {
  let since: { readonly access: Access; readonly at: number }[] = []
  let count = 0
  const open: OpenLoop[] = []
  /**
   * Requests a barrier before `node`, or before the outermost loop around `node` that starts after all colliding memory
   * accesses.
   */
  const waitFor = (node: PlanNode, latest: number): void => {
    const outer = open.find(({ start }) => latest < start)
    needed.add(outer?.loop ?? node)
    since = outer ? since.filter(({ at }) => at >= outer.start) : []
  }
  const visit = (node: PlanNode, indices: Indices): void => {
    if (node.kind === 'barrier' || needed.has(node)) since = []
    if (node.kind === 'barrier') return
    if (node.kind === 'loop') {
      visitLoop(node, indices)
      return
    }
    const accesses = accessesOf(node, indices, offsets)
    const colliding = since.filter(({ access }) => accesses.some((later) => collide(access, later)))
    if (colliding.length > 0) waitFor(node, colliding[colliding.length - 1].at)
    for (const access of accesses) since.push({ access, at: count++ })
  }
  const visitLoop = (loop: PlanLoop, indices: Indices): void => {
    open.push({ loop, start: count })
    for (const index of loop.block ? ends(iterationsOf(loop, indices)) : iterations(loop)) {
      const inside = new Map(indices).set(loop.id, index)
      for (const node of loop.body) visit(node, inside)
    }
    open.pop()
  }
  // The walk covers two steps, because kernels of the second step can collide with accesses of the first step.
  for (let step = 0; step < 2; step++) {
    for (const node of body) visit(node, new Map([[ring, step]]))
  }
}

/**
 * Selects the first two and the last two iterations of a block. Both parts of a loop in blocks walk through the same
 * iterations, and the selection includes the iterations next to other blocks.
 */
const ends = (all: number[]): number[] => all.filter((_, position) => position < 2 || position >= all.length - 2)

/**
 * Selects the first two and the last iterations of a loop, which use the real slots at both ends. Slots alternate with
 * the parity of the iteration, so an even iteration follows iteration 1 in the selection. In a loop over blocks, four
 * blocks have slots of their own, so an iteration whose number is 2 modulo 4 follows iteration 1.
 */
function iterations({ times, reverse, body }: PlanLoop): number[] {
  const head = Math.min(times, 2)
  const isOverBlocks = body.some((node) => node.kind === 'loop' && node.block)
  const tail = Math.max(head, isOverBlocks ? ((times - 4) & ~3) + 2 : (times - 2) & ~1)
  const chosen = [0, 1].slice(0, head)
  for (let index = tail; index < times; index++) chosen.push(index)
  return reverse ? chosen.reverse() : chosen
}

function accessesOf(node: Kernel | Guard, indices: Indices, offsets: Offsets): Access[] {
  if (node.kind === 'guard') return [accessOf(node.operand, { by: 'everyone', units: 1 }, indices, offsets)]
  return node.operands.map((operand) => accessOf(operand, node.partition, indices, offsets))
}

function withBarriers(body: readonly PlanNode[], needed: ReadonlySet<PlanNode>): PlanNode[] {
  return body.flatMap((node): PlanNode[] => {
    const inner = node.kind === 'loop' ? { ...node, body: withBarriers(node.body, needed) } : node
    return needed.has(node) ? [{ kind: 'barrier' }, inner] : [inner]
  })
}

/** Yields every kernel of a plan once, in the order of the plan. */
export function* kernelsOf(body: readonly PlanNode[]): Generator<Kernel> {
  for (const node of body) {
    if (node.kind === 'loop') yield* kernelsOf(node.body)
    else if (node.kind === 'kernel') yield node
  }
}
