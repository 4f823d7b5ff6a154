import { useModel, useOrch } from './surroundings';

/** Says what to do when panel and server do not fit together; nothing when they do. */
export function SetupCard(): JSX.Element | null {
  const { setup, trans } = useOrch();
  const { state } = useModel(setup);
  switch (state.kind) {
    case 'missing':
      return (
        <section className="jp-orch-Setup" role="alert" aria-label={trans.__('Setup')}>
          <h3>{trans.__('The server part is not running')}</h3>
          <p>{trans.__('Install or enable it in the environment of this Jupyter server, then restart the server:')}</p>
          <pre tabIndex={0}>{'pip install jupyter_orch\njupyter server extension enable jupyter_orch'}</pre>
        </section>
      );
    case 'mismatch':
      return (
        <section className="jp-orch-Setup" role="alert" aria-label={trans.__('Setup')}>
          <h3>{trans.__('Panel and server have different versions')}</h3>
          <p>{trans.__('Panel %1, server %2. Reload this page; if that does not help, install one version:', state.panel, state.server)}</p>
          <pre tabIndex={0}>{`pip install --upgrade jupyter_orch`}</pre>
        </section>
      );
    case 'forbidden':
      return (
        <section className="jp-orch-Setup" role="alert" aria-label={trans.__('Setup')}>
          <h3>{trans.__('You may not read the orchestrator of this server')}</h3>
          <p>{state.message}</p>
        </section>
      );
    case 'failed':
      return (
        <section className="jp-orch-Setup" role="alert" aria-label={trans.__('Setup')}>
          <h3>{trans.__('The orchestrator could not start')}</h3>
          <p className="jp-orch-pre">{state.message}</p>
          <p>{trans.__('Mend the cause and restart the Jupyter server. “jupyter orch doctor” checks every part.')}</p>
        </section>
      );
    case 'starting':
      return (
        <div className="jp-orch-Note" role="status">
          {trans.__('The orchestrator is starting…')}
        </div>
      );
    default:
      return null;
  }
}
