/**
 * Import direction and cycles. The direction comes from scripts/import-table.mjs; a folder that is not in
 * the table may import nothing and so is noticed.
 */
import { importTable } from './scripts/import-table.mjs'

/** Tests, and the folders named `testing` with what they share. */
const tests = '(\\.(test|test-d)\\.ts$|/testing/)'

const direction = Object.entries(importTable).map(([folder, allowed]) => ({
  name: `${folder} imports only what it may`,
  comment: `${folder} may import ${allowed.length === 0 ? 'no other package' : allowed.join(', ')}: see scripts/import-table.mjs.`,
  severity: 'error',
  from: { path: `^${folder}/src/`, pathNot: tests },
  to: {
    path: '^(packages|apps|benchmarks)/',
    pathNot: [folder, ...allowed].map((name) => `^${name}/`),
  },
}))

export default {
  forbidden: [
    ...direction,
    {
      name: 'every folder is in the import table',
      comment: 'Add the new package to scripts/import-table.mjs.',
      severity: 'error',
      from: {
        path: '^(packages|apps)/[^/]+/src/',
        pathNot: [tests, ...Object.keys(importTable).map((name) => `^${name}/`)],
      },
      to: { path: '^(packages|apps)/([^/]+)/', pathNot: '^$1/$2/' },
    },
    {
      name: 'no cycles at run time',
      comment: 'A chain of imports leads back to where it began. Imports of types alone may.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'type-import'] } },
    },
    {
      name: 'packages have no outside dependencies',
      comment: 'Packages use nothing but each other at run time (the test kit may use vitest).',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: [tests, '^packages/conformance/', '^packages/[^/]+/tsup\\.config\\.ts$'],
      },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '^packages/',
      },
    },
    {
      name: 'only tests use what tests share',
      comment: 'A folder named `testing` is not part of its package.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: tests },
      to: { path: '/testing/' },
    },
    {
      name: 'every import resolves',
      comment: 'There is no such file or package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers' benchmark is outside the workspace, with dependencies of its own.
    exclude: { path: ['(^|/)dist/', '^benchmarks/peers/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@nabla/source', 'import', 'types', 'node', 'default'],
    },
  },
}
