/** Hidden layers of four times the width, for networks with too little capacity. */
import { widened } from '../surgery/widened.ts'
import type { Remedy } from './remedy.ts'
import { withNetwork } from './treat.ts'

const factor = 4

export const widerLayers: Remedy = {
  size: 'width',
  about: 'makes every hidden layer four times as wide, and leaves the depth as it is',
  apply: (task) => {
    const network = widened(task.network, factor, task.data.shape)
    return withNetwork(task, network, `make every hidden layer ${factor} times as wide`)
  },
}
