/** Version of the panel; a test holds it equal to package.json. */
export const VERSION = '0.1.0';

/** Id of the translation domain. */
export const DOMAIN = 'jupyter_orch';
