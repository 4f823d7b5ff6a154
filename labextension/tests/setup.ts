import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// Conditions are waited for on a busy machine too; what is there at once is found at once.
configure({ asyncUtilTimeout: 15_000 });

/** What jsdom lacks and JupyterLab's widgets or our views ask for. */
const scope = globalThis as unknown as Record<string, unknown>;

scope.DragEvent ??= class extends Event {};
scope.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
scope.requestIdleCallback ??= (call: (deadline: object) => void) =>
  setTimeout(() => call({ didTimeout: false, timeRemaining: () => 50 }), 0);
scope.cancelIdleCallback ??= clearTimeout;
scope.matchMedia ??= () => ({
  matches: false,
  addListener() {},
  removeListener() {},
  addEventListener() {},
  removeEventListener() {}
});
scope.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, one => `\\${one}`) };

// Virtual lists ask how high their frame is; jsdom has no layout.
Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, get: () => 600 });
Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { configurable: true, get: () => 800 });
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 });
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 800 });
Element.prototype.scrollTo ??= () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;

// Files share one page: what a test attached must not be found by the next.
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});
