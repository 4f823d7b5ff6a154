import { LabIcon } from '@jupyterlab/ui-components';

/** Three steps of a pipeline, the last two fed by the first. */
export const orchIcon = new LabIcon({
  name: 'jupyter-orch:panel',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
    <g class="jp-icon3" fill="#616161">
      <path d="M9 2h6a1.5 1.5 0 0 1 1.5 1.5v3A1.5 1.5 0 0 1 15 8h-6a1.5 1.5 0 0 1-1.5-1.500v-3A1.5 1.5 0 0 1 9 2z"/>
      <path d="M3.5 16h5A1.5 1.5 0 0 1 10 17.500v3A1.5 1.5 0 0 1 8.5 22h-5A1.5 1.5 0 0 1 2 20.500v-3A1.5 1.5 0 0 1 3.5 16z"/>
      <path d="M15.5 16h5a1.5 1.5 0 0 1 1.5 1.500v3a1.5 1.5 0 0 1-1.5 1.500h-5a1.5 1.5 0 0 1-1.5-1.500v-3a1.5 1.5 0 0 1 1.5-1.500z"/>
      <path d="M11.1 8h1.8v3.100h5.200a.9.9 0 0 1 .9.9v4h-1.8v-3.100H6.800V16H5v-4a.9.9 0 0 1 .9-.9h5.200z"/>
    </g>
  </svg>`
});
