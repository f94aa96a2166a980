/** The options of all named data sets together. */
import type { Input } from '../support/fields.ts'
import type { BlobsOptions } from './blobs.ts'
import type { commonOptions, encodingOptions, tableOptions } from './options.ts'
import type { moonsOptions, spiralsOptions } from './planar.ts'
import type { SawtoothOptions } from './sawtooth.ts'
import type { TeacherOptions } from './teacher.ts'

/**
 * Options of a named data set: the options that all data sets share, and the options of individual data sets. All
 * options are plain JSON, so that a run can store them.
 */
export type DatasetOptions = Input<typeof commonOptions> &
  Input<typeof tableOptions> &
  Input<typeof encodingOptions> &
  Input<typeof moonsOptions> &
  Input<typeof spiralsOptions> &
  BlobsOptions &
  SawtoothOptions &
  TeacherOptions
