/** Every document that the panel sends to the server. */
export * from './automation';
export * from './instance';
export * from './pipelines';
export * from './runs';
export * from './workspace';
