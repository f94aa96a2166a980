/** Random crops of images with a border of 4 pixels, and half of the images flipped (He et al. 2015, section 4.2). */
import { checkAugmentation } from '../data/augment.ts'
import { orUndefined } from '../support/errors.ts'
import type { Remedy } from './remedy.ts'
import { withSettings } from './treat.ts'

export const variedImages: Remedy = {
  size: 'regularization',
  about: 'varies each training image by a random crop and flip, and leaves the network as it is',
  apply: (task) => {
    const { data, settings } = task
    const isAllowed = orUndefined(() => {
      checkAugmentation('pad-crop-flip', data)
      return true
    })
    if (isAllowed !== true || settings.augment !== 'none') return undefined
    return withSettings(task, { augment: 'pad-crop-flip' }, 'vary the training images by random crops and flips')
  },
}
