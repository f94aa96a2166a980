/**
 * Exports the functions on folders and files of stored work that modules outside of `src/runs` use. Only
 * `src/api/node.ts` loads `src/runs`. Node only.
 */
export { readTensorFile, stateOf, writeTensorFile } from './checkpoint.ts'
export { readComparison } from './comparison-description.ts'
export { createComparisonFolder, resumeComparisonFolder } from './comparison-folder.ts'
export { readDiagnosis } from './diagnosis-description.ts'
export { createDiagnosisFolder, resumeDiagnosisFolder } from './diagnosis-folder.ts'
export { readPrescription } from './prescription-description.ts'
export { createPrescriptionFolder, resumePrescriptionFolder } from './prescription-folder.ts'
export { readDescription, readResult, runFormat, storedSettings } from './run-description.ts'
export {
  createRunFolder,
  readBest,
  readFirstWeights,
  readLastCheckpoint,
  readRunMetrics,
  resumeRunFolder,
} from './run-folder.ts'
export { withLock } from './run-lock.ts'
export { versions } from './versions.ts'
export { readEnd } from './work-folder.ts'
