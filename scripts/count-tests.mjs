/** Prints `N passed, N failed` from the file that vitest's json reporter wrote; a missing file is a failure. */
import { readFileSync } from 'node:fs'

const [path] = process.argv.slice(2)
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(path, 'utf8'))
  // A test file that could not even be loaded has no tests of its own to count.
  const failed = numFailedTests === 0 && numFailedTestSuites > 0 ? numFailedTestSuites : numFailedTests
  console.log(`${numPassedTests} passed, ${failed} failed`)
} catch {
  console.log('0 passed, 1 failed (the tests did not run to their end)')
  process.exitCode = 1
}
