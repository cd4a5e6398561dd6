/**
 * What the page knows of the worker, as signals.
 */
import { computed, signal } from '@preact/signals'
import type { BackendOption, DataFacts, Insight, ModelFacts, Status, Task, TestResult } from '../protocol.js'
import type { Run } from './runs.js'

export const backends = signal<readonly BackendOption[]>([])
export const isolated = signal<boolean | undefined>(undefined)
export const pictures = signal<DataFacts | undefined>(undefined)
export const status = signal<Status>('idle')
export const tasks = signal<ReadonlyMap<Task, number | undefined>>(new Map())
export const runs = signal<readonly Run[]>([])
/** Counts up when a run has changed, at most once per frame. */
export const changes = signal(0)
export const test = signal<TestResult | undefined>(undefined)
export const insight = signal<Insight | undefined>(undefined)
/** The network that can read; nothing before the first training. */
export const trained = signal<ModelFacts | undefined>(undefined)
export const failure = signal<string | undefined>(undefined)
/** Whether the worker is gone. */
export const lost = signal(false)

export const isBusy = computed(() => status.value !== 'idle')

/** The training of the present, not one of a comparison. */
export const currentRun = computed(() => runs.value.findLast(({ facts }) => !facts.compared))
