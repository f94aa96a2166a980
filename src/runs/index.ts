/** All that the rest asks of folders and files. It is loaded by `src/api/node.ts` alone, and needs Node. */
export { readTensorFile, stateOf, writeTensorFile } from './checkpoint.ts'
export { readComparison } from './comparison-description.ts'
export { createComparisonFolder, resumeComparisonFolder } from './comparison-folder.ts'
export { readDiagnosis } from './diagnosis-description.ts'
export { createDiagnosisFolder, resumeDiagnosisFolder } from './diagnosis-folder.ts'
export { readDescription, readResult, runFormat, storedSettings } from './run-description.ts'
export {
  createRunFolder,
  readFirstWeights,
  readLastCheckpoint,
  readRunMetrics,
  resumeRunFolder,
} from './run-folder.ts'
export { withLock } from './run-lock.ts'
export { versions } from './versions.ts'
export { readEnd } from './work-folder.ts'
