/** Property tests draw the same cases in every run, so that a change and not chance decides whether they pass. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20261122 })
