import type { Input } from '../support/fields.ts'
import type { BlobsOptions } from './blobs.ts'
import type { commonOptions, encodingOptions, tableOptions } from './options.ts'
import type { moonsOptions, spiralsOptions } from './planar.ts'
import type { SawtoothOptions } from './sawtooth.ts'
import type { TeacherOptions } from './teacher.ts'

/**
 * What can be asked of a data set by name: what every set can do, what only some have. All of it is JSON, so that a run
 * can keep it.
 */
export type DatasetOptions = Input<typeof commonOptions> &
  Input<typeof tableOptions> &
  Input<typeof encodingOptions> &
  Input<typeof moonsOptions> &
  Input<typeof spiralsOptions> &
  BlobsOptions &
  SawtoothOptions &
  TeacherOptions
