import type { ISolidFields } from '../src/models/graph';

/** Answers in the schema's shapes; each call gives a fresh one. */

export function run(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'PipelineRun',
    id: 'run-1',
    runId: 'run-1',
    pipelineName: 'flights',
    repositoryName: '__repository__',
    repositoryLocationName: 'flights.py',
    mode: 'default',
    status: 'SUCCESS',
    solidSelection: null,
    stepKeysToExecute: null,
    runConfigYaml: 'solids: {}\n',
    tags: [],
    createdBy: 'ada',
    createTime: 1000,
    startTime: 1001,
    endTime: 1004,
    rootRunId: null,
    parentRunId: null,
    canTerminate: false,
    lastEventSeq: 0,
    queuePosition: null,
    stepStats: [],
    executionPlan: null,
    failure: null,
    events: () => [],
    ...change
  };
}

export function runs(...results: Record<string, unknown>[]): Record<string, unknown> {
  return { __typename: 'PipelineRuns', results, count: results.length };
}

export function error(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'PythonError',
    message: 'unexpected indent (flights.py, line 7)',
    className: 'IndentationError',
    stack: ['  File "flights.py", line 7\n'],
    file: '/home/ada/flights.py',
    line: 7,
    code: '    return 1',
    hint: null,
    cause: null,
    ...change
  };
}

export function schedule(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'nightly',
    name: 'nightly',
    title: 'nightly',
    cronSchedule: '0 3 * * *',
    executionTimezone: 'UTC',
    sentence: 'At 03:00',
    pipelineName: 'flights',
    status: 'STOPPED',
    description: null,
    repositoryName: '__repository__',
    repositoryLocationName: 'flights.py',
    nextTicks: [{ timestamp: 4e9, localTime: '2096-10-02 07:06 UTC', note: null }],
    ticks: [],
    ...change
  };
}

export function location(name: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'WorkspaceLocationEntry',
    id: name,
    name,
    loadStatus: 'LOADED',
    stale: false,
    updatedTimestamp: 1000,
    progress: null,
    displayMetadata: [],
    loadError: null,
    locationOrLoadError: {
      __typename: 'RepositoryLocation',
      id: name,
      name,
      codeVersion: 'v1',
      repositories: [
        {
          id: name,
          name: '__repository__',
          pipelines: [{ id: 'p', name: 'flights', description: 'Delays of a month', solidCount: 3 }],
          schedules: [schedule()],
          sensors: [],
          partitionSets: []
        }
      ]
    },
    ...change
  };
}

/** A repository's partition set as a row of the workspace. */
export function partitionSet(change: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: 'months', name: 'months', pipelineName: 'flights', mode: 'default', ...change };
}

/** A location whose repository holds more than pipelines. */
export function holding(change: Record<string, unknown>): Record<string, unknown> {
  const plain = location('flights.py');
  const held = plain.locationOrLoadError as { repositories: Record<string, unknown>[] };
  return { ...plain, locationOrLoadError: { ...held, repositories: [{ ...held.repositories[0], ...change }] } };
}

export function workspace(...locationEntries: Record<string, unknown>[]): Record<string, unknown> {
  return { __typename: 'Workspace', path: '/home/ada/workspace.yaml', locationEntries };
}

export function solid(name: string, upstream: string[] = [], change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    handle: name,
    name,
    kind: 'SOLID',
    definition: { name, description: null, requiredResources: [], notebookPath: null, source: null, configSchema: null },
    inputs: upstream.map((from, i) => ({
      name: `in${i}`,
      type: 'Any',
      description: null,
      isDynamicCollect: false,
      dependsOn: [{ solid: from, output: 'result' }]
    })),
    outputs: [{ name: 'result', type: 'Any', description: null, isRequired: true, isDynamic: false }],
    tags: [],
    inputMappings: [],
    outputMappings: [],
    solids: [],
    ...change
  };
}

export function pipeline(solids: Record<string, unknown>[], change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'Pipeline',
    id: 'p',
    name: 'flights',
    description: null,
    solidCount: solids.length,
    tags: [],
    source: null,
    modes: [{ name: 'default', description: null, executors: ['in_process'], resources: [] }],
    presets: [],
    schedules: [],
    solids,
    solidHandles: flat(solids).map(one => ({ handleID: one.handle, parent: null, solid: one })),
    drawing: written(solids),
    solidHandle: ({ handleID }: { handleID: string }) => ({ handleID, solid: flat(solids).find(one => one.handle === handleID) }),
    ...change
  };
}

/** Solids as the server writes them for a drawing. */
export function written(solids: Record<string, unknown>[]): Record<string, unknown> {
  const all = flat(solids) as unknown as ISolidFields[];
  return {
    definitions: all.map(({ definition, kind, inputs, outputs }) => ({ ...definition, kind, outputs, inputs: inputs.map(({ name, type, description }) => ({ name, type, description })) })),
    solids: all.map(({ handle, name, inputs, tags, inputMappings, outputMappings }, definition) => ({
      handle,
      name,
      definition,
      from: inputs.map(({ dependsOn }) => dependsOn.map(({ solid: from, output }) => [from, output])),
      collects: inputs.filter(one => one.isDynamicCollect).map(one => one.name),
      tags,
      inputMappings,
      outputMappings
    }))
  };
}

/** Solids of every depth, composites before their inside. */
export function flat(solids: Record<string, unknown>[]): Record<string, unknown>[] {
  return solids.flatMap(one => [one, ...flat(one.solids as Record<string, unknown>[])]);
}

/** One event; numbers follow on each other when several are made by `log`. */
export function log(...facts: [type: string, step?: string | null, data?: Record<string, unknown>, message?: string][]): {
  seq: number;
  type: string;
  timestamp: number;
  level: string;
  message: string;
  step_key: string | null;
  data: Record<string, unknown>;
}[] {
  return facts.map(([type, step = null, data = {}, message = type], i) => ({
    seq: i + 1,
    type,
    timestamp: 1000 + i,
    level: type.endsWith('FAILURE') ? 'ERROR' : 'INFO',
    message,
    step_key: step,
    data
  }));
}

/** The schema of a run config with every kind of value in it. */
export const SCHEMA = {
  type: 'object',
  properties: {
    solids: {
      type: 'object',
      properties: {
        load: {
          type: 'object',
          description: 'Reads the table.',
          properties: {
            config: {
              type: 'object',
              properties: {
                rows: { type: 'integer', default: 10 },
                path: { type: 'string', description: 'Where it lies.' },
                fast: { type: 'boolean', default: true },
                how: { anyOf: [{ enum: ['slowly', 'soon'] }, { type: 'null' }] },
                names: { type: 'array', items: { type: 'string' } },
                limits: {
                  type: 'array',
                  items: { type: 'object', properties: { key: { type: 'string' }, most: { type: 'integer' } }, additionalProperties: false, required: ['key'] }
                }
              },
              additionalProperties: false,
              required: ['path']
            }
          },
          additionalProperties: false,
          required: ['config']
        }
      },
      additionalProperties: false,
      required: ['load']
    },
    execution: {
      type: 'object',
      properties: {
        in_process: { type: 'object', properties: {}, additionalProperties: false },
        multiprocess: {
          type: 'object',
          properties: { config: { type: 'object', properties: { max_concurrent: { type: 'integer' } }, additionalProperties: false } },
          additionalProperties: false
        }
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1
    }
  },
  additionalProperties: false,
  required: ['solids']
};
