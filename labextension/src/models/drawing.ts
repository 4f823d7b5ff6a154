import type { ISolidFields, IFeed } from './graph';

type Definition = ISolidFields['definition'] & Pick<ISolidFields, 'kind' | 'outputs'> & { inputs: readonly Omit<ISolidFields['inputs'][number], 'isDynamicCollect' | 'dependsOn'>[] };

/** All solids of a pipeline as the server writes them in one value: each definition once, what is empty left out. */
export interface IWrittenDrawing {
  definitions: readonly Definition[];
  solids: readonly (Pick<ISolidFields, 'handle' | 'name'> &
    Partial<Pick<ISolidFields, 'tags' | 'inputMappings' | 'outputMappings'>> & {
      /** Place of the definition in the list. */
      definition: number;
      /** For each input of the definition the pairs of solid and output that feed it. */
      from: readonly (readonly (readonly [string, string])[])[];
      /** Names of the inputs that collect a dynamic output. */
      collects?: readonly string[];
    })[];
}

const NONE: readonly never[] = [];

/** Solids of every depth, composites before their inside. */
export function readDrawing(written: unknown): ISolidFields[] {
  const { definitions, solids } = written as IWrittenDrawing;
  return solids.map(({ handle, name, definition: place, from, collects, tags, inputMappings, outputMappings }) => {
    const definition = definitions[place];
    return {
      handle,
      name,
      kind: definition.kind,
      definition,
      inputs: definition.inputs.map((input, i) => ({
        ...input,
        isDynamicCollect: collects?.includes(input.name) ?? false,
        dependsOn: from[i].map(([solid, output]): IFeed => ({ solid, output }))
      })),
      outputs: definition.outputs,
      tags: tags ?? NONE,
      inputMappings: inputMappings ?? NONE,
      outputMappings: outputMappings ?? NONE
    };
  });
}
