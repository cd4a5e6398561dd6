/**
 * The order in which files of tests are run: those that take minutes first, so that at the end no processor waits for one of
 * them alone. Vitest knows how long a file takes only where it ran before, which continuous integration never did.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Longest first, by what they take of a processor. */
const LONG = [
  /^browser\/conformance-webgpu/,
  /^packages\/backend-webgpu\/src\/conformance/,
  /^packages\/nn\/src\/training\/backends-webgpu/,
  /^browser\/playground\//,
  /^browser\/conformance/,
  /^packages\/backend-wasm\/src\/conformance/,
  /^packages\/conformance\/src\/testing\/faults/,
  /^docs\//,
  /^packages\/conformance\/src\/reference\/backend/,
]

/** The place of a file among the long ones; the others come after them. */
function placeOf(file: string): number {
  const place = LONG.findIndex((pattern) => pattern.test(file))
  return place < 0 ? LONG.length : place
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const { root } = this.ctx.config
    const place = ({ moduleId }: TestSpecification): number => placeOf(moduleId.slice(root.length + 1))
    return sorted.sort((a, b) => place(a) - place(b))
  }
}
