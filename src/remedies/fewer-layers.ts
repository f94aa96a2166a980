/** The shallow twin: a fifth of the depth. */
import { listed } from '../format/words.ts'
import { shallowTwin } from '../surgery/twin.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

export const fewerLayers: Remedy = {
  size: 'depth',
  about: 'leaves out about four of five repeated layers, and leaves the other layers as they are',
  apply: (task) => {
    const twin = shallowTwin(task.network, task.data.shape)
    if (twin === null) return undefined
    const parts = twin.kept.filter(({ kept, of }) => kept < of)
    const words = listed(parts.map(({ path, kept, of }) => `${kept} of the ${of} copies of ${path}`))
    return withNetwork(task, twin.network, `keep only ${words}`)
  },
}
