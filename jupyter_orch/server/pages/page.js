// Starts GraphiQL on the server that it came from: queries by fetch, subscriptions over the socket.
'use strict';

const endpoint = document.body.dataset.endpoint;

function xsrf() {
  const found = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : '';
}

async function ask(params) {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-XSRFToken': xsrf() },
    body: JSON.stringify(params),
    credentials: 'same-origin'
  });
  return answer.json();
}

// graphql-transport-ws: init, subscribe, then whatever comes until complete.
function watch(params) {
  return {
    subscribe(observer) {
      const url = new URL(endpoint + '/ws', location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url, 'graphql-transport-ws');
      const send = message => socket.send(JSON.stringify(message));
      socket.onopen = () => send({ type: 'connection_init' });
      socket.onerror = () => observer.error(new Error('the connection was lost'));
      socket.onmessage = event => {
        const message = JSON.parse(event.data);
        if (message.type === 'connection_ack') {
          send({ type: 'subscribe', id: '1', payload: params });
        } else if (message.type === 'next') {
          observer.next(message.payload);
        } else if (message.type === 'error') {
          observer.error(message.payload);
        } else if (message.type === 'complete') {
          observer.complete();
          socket.close();
        }
      };
      return { unsubscribe: () => socket.close() };
    }
  };
}

function fetcher(params) {
  return /^\s*(#[^\n]*\s*)*subscription\b/.test(params.query) ? watch(params) : ask(params);
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, shouldPersistHeaders: false })
);
