/**
 * Whether lists and objects are nested more than `limit` levels deep. The search uses no recursion, because deep
 * recursion could overflow the stack.
 */
export function isNestedBeyond(root: unknown, limit: number): boolean {
  const waiting: [unknown, number][] = [[root, 1]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, depth] = next
    if (typeof value !== 'object' || value === null) continue
    if (depth > limit) return true
    for (const part of Object.values(value)) waiting.push([part, depth + 1])
  }
  return false
}
