import { fireEvent, render, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { Rows } from '../../src/components/rows';
import { Tabs } from '../../src/components/tabs';

it('is one stop of the Tab key and walks by the arrow keys', () => {
  render(
    <Rows
      label="Things"
      items={['a', 'b', 'c']}
      keyOf={item => item}
      render={(item, tabIndex) => (
        <>
          <button tabIndex={tabIndex}>{item}</button>
          <button tabIndex={-1}>stop {item}</button>
        </>
      )}
    />
  );
  const button = (name: string): HTMLElement => screen.getByRole('button', { name });
  const press = (key: string): void => void fireEvent.keyDown(document.activeElement!, { key });
  expect(screen.getByRole('list', { name: 'Things' }).querySelectorAll('[tabindex="0"]')).toHaveLength(1);
  button('a').focus();
  press('ArrowDown');
  expect(document.activeElement).toBe(button('b'));
  press('ArrowRight');
  expect(document.activeElement).toBe(button('stop b'));
  press('ArrowDown');
  expect(document.activeElement).toBe(button('c'));
  press('ArrowDown');
  expect(document.activeElement).toBe(button('c'));
  press('Home');
  expect(document.activeElement).toBe(button('a'));
  press('End');
  expect(button('c').tabIndex).toBe(0);
  expect(button('a').tabIndex).toBe(-1);
});

it('moves between tabs by the arrow keys, around the ends too', () => {
  const chosen: string[] = [];
  const { container } = render(
    <Tabs label="Parts" tabs={[{ id: 'a', label: 'A' }, { id: 'b', label: 'B' }]} current="a" onChoose={id => chosen.push(id)}>
      body
    </Tabs>
  );
  const shown = within(container);
  fireEvent.keyDown(shown.getByRole('tab', { name: 'A' }), { key: 'ArrowLeft' });
  fireEvent.keyDown(shown.getByRole('tab', { name: 'A' }), { key: 'ArrowRight' });
  expect(chosen).toEqual(['b', 'b']);
  expect(shown.getByRole('tabpanel').textContent).toBe('body');
});
