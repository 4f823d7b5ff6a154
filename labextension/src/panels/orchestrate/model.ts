import { ChangingModel } from '../../changing';

/** What the side panel itself remembers: the filter. */
export class OrchestrateModel extends ChangingModel {
  get filter(): string {
    return this._filter;
  }

  set filter(text: string) {
    this._filter = text;
    this.notify();
  }

  /** Whether one of the texts holds every word of the filter, in any case. */
  matches(...texts: string[]): boolean {
    const hay = texts.join('\n').toLowerCase();
    return this._filter
      .toLowerCase()
      .split(/\s+/)
      .every(word => hay.includes(word));
  }

  private _filter = '';
}
