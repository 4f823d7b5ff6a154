/** Every document that the panel sends to the server. */
export * from './assets';
export * from './automation';
export * from './backfills';
export * from './instance';
export * from './notebooks';
export * from './outputs';
export * from './pipelines';
export * from './runs';
export * from './workspace';
